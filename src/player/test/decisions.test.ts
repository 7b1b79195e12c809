import { afterEach, describe, expect, it, vi } from "vitest";
import { Decisions, findDecision } from "../src/playback/decisions.js";
import { LicensedPlayback } from "../src/playback/licensedPlayback.js";

const id = (n: number) => `019a0000-0000-7000-8000-${String(n).padStart(12, "0")}`;

afterEach(() => vi.unstubAllGlobals());

describe("The decisions of a visit", () => {
  it("are the last four, each once, and only what is a name of one", () => {
    const decisions = new Decisions();
    for (const none of [null, undefined, "", "1", `${id(1)}x`, id(1).toUpperCase().replaceAll("0", "F")]) decisions.add(none, true);
    expect(decisions.all).toEqual([]);
    for (const n of [1, 2, 2, 3, 4, 5]) decisions.add(id(n), n < 5, n);
    expect(decisions.all.map((decision) => [decision.id, decision.granted])).toEqual([[id(2), true], [id(3), true], [id(4), true], [id(5), false]]);
  });

  it("are told by the answers that gave keys", () => {
    vi.stubGlobal("window", {});
    const heard: (string | null)[] = [];
    const playback = new LicensedPlayback("token", (decision) => heard.push(decision));
    playback.opened("0".repeat(32), id(1));
    // From a licence that came early: it was told of when it came.
    playback.opened(null);
    expect(heard).toEqual([id(1), null]);
    expect(playback.id).toBe("0".repeat(32));
  });
});

describe("A decision's place", () => {
  const answers = async (status: number, body: unknown) => {
    const asked: { url: string; authorization: string | undefined }[] = [];
    vi.stubGlobal("fetch", async (url: string, init: { headers: Record<string, string> }) => {
      asked.push({ url, authorization: init.headers["Authorization"] });
      return new Response(JSON.stringify(body), { status });
    });
    const place = await findDecision(id(1), "ticket", new AbortController().signal).catch(() => "failed");
    expect(asked).toEqual([{ url: `/v1/decisions/${id(1)}`, authorization: "Bearer ticket" }]);
    return place;
  };

  it("is what the server says, with the viewer's token", async () => {
    expect(await answers(200, { state: "published", index: 17, checkpointSize: 20 })).toEqual({ state: "published", index: 17 });
    expect(await answers(200, { state: "logged", index: 17 })).toEqual({ state: "logged", index: 17 });
  });

  it("is none while it is on its way, and where the answer is nonsense", async () => {
    expect(await answers(404, { code: "decision-unknown" })).toEqual({ state: "waiting" });
    expect(await answers(200, { state: "waiting", index: null })).toEqual({ state: "waiting" });
    for (const index of ["17", -1, 1.5, null]) expect(await answers(200, { state: "published", index })).toEqual({ state: "waiting" });
    expect(await answers(503, {})).toBe("failed");
  });
});
