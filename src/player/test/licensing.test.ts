import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { coverOf } from "../src/page/wording.js";
import { deviceName, LicensedPlayback } from "../src/playback/licensedPlayback.js";
import { type Ending, endingOf, watchPlayback } from "../src/playback/playbackWatch.js";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("What a licence request says", () => {
  it("is ClearKey's, with the playback, a number that goes up by one, and the device", () => {
    vi.stubGlobal("window", { localStorage: storage() });
    const playback = new LicensedPlayback("token");
    const first = JSON.parse(playback.request(["a"])) as Record<string, unknown>;
    const second = JSON.parse(playback.request(["a", "b"])) as Record<string, unknown>;
    expect(first).toMatchObject({ kids: ["a"], type: "temporary", nonce: 0 });
    expect(second).toMatchObject({ kids: ["a", "b"], nonce: 1, playback: first["playback"], device: first["device"] });
    expect(first["playback"]).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect((JSON.parse(new LicensedPlayback("token").request([])) as Record<string, unknown>)["playback"]).not.toBe(first["playback"]);
  });

  it("names the same device after a reload, and some device where nothing can be stored", () => {
    const kept = storage();
    expect(deviceName(kept)).toBe(deviceName(kept));
    expect(deviceName(storage({ "liveledger.device": "not a name" }))).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(deviceName(undefined)).not.toBe(deviceName(undefined));
  });
});

describe("Word of a playback's end", () => {
  it("is the code of the one event, with its decision; comments and nonsense are none", () => {
    expect(endingOf('event: revoked\ndata: {"code":"entitlement-revoked","decision":"a"}')).toEqual({ code: "entitlement-revoked", decision: "a" });
    expect(endingOf('event: revoked\ndata: {"code":"entitlement-revoked"}')).toEqual({ code: "entitlement-revoked", decision: null });
    for (const none of [": still open", "data: {", 'data: {"code":7}', 'data: {"code":"<b>"}', ""]) expect(endingOf(none)).toBeUndefined();
  });

  it("comes through pieces of any size, and through a line that broke before", async () => {
    vi.stubGlobal("window", { localStorage: storage() });
    const text = ': open\n\n: still open\n\nevent: dropped\ndata: {"code":"playback-dropped"}\n\n';
    let lines = 0;
    vi.stubGlobal("fetch", async () => {
      lines++;
      const pieces = lines === 1 ? [": open\n\n"] : text.split("");
      return new Response(new ReadableStream({ start: (to) => { for (const piece of pieces) to.enqueue(new TextEncoder().encode(piece)); to.close(); } }));
    });
    const playback = new LicensedPlayback("token");
    playback.opened("0".repeat(32));
    const heard: Ending[] = [];
    await watchPlayback(playback, (ending) => heard.push(ending), new AbortController().signal);
    expect({ heard, lines }).toEqual({ heard: [{ code: "playback-dropped", decision: null }], lines: 2 });
  });
});

describe("A line of events that ends without a word", () => {
  /** The seconds from each line's end to the next one's beginning, of lines that are held for so many seconds. */
  async function waits(held: readonly number[], chance: number): Promise<number[]> {
    vi.useFakeTimers();
    vi.stubGlobal("window", {});
    const [began, ended]: [number[], number[]] = [[], []];
    const gone = new AbortController();
    vi.stubGlobal("fetch", async () => {
      const seconds = held[began.push(Date.now()) - 1] ?? 3600;
      return new Response(new ReadableStream({ start: (to) => void setTimeout(() => {
        ended.push(Date.now());
        to.close();
      }, 1000 * seconds) }));
    });
    const playback = new LicensedPlayback("token");
    playback.opened("0".repeat(32));
    const watching = watchPlayback(playback, () => undefined, gone.signal, () => chance);
    await vi.advanceTimersByTimeAsync(600_000);
    gone.abort();
    await vi.advanceTimersByTimeAsync(3_600_000);
    await watching;
    return began.slice(1).map((at, line) => (at - (ended[line] ?? 0)) / 1000);
  }

  it("is let alone longer each time, until that is half a minute", async () => expect(await waits([0, 0, 1, 0, 10, 0, 0], 0.5)).toEqual([2, 4, 8, 16, 30, 30, 30]));

  it("is opened again soon where it had held, and the waits begin anew", async () => expect(await waits([0, 0, 0, 11, 0, 0], 0.5)).toEqual([2, 4, 8, 2, 4, 8]));

  it("is opened again by each page at a time of its own, up to half a wait sooner or later", async () => {
    expect(await waits([0, 0, 0, 0, 0], 0)).toEqual([1, 2, 4, 8, 15]);
    expect(await waits([0, 0, 0, 0, 0], 1)).toEqual([3, 6, 12, 24, 45]);
  });
});

it("Every refusal of the licence server has words of its own for the viewer", () => {
  const source = readFileSync(new URL("../../LiveLedger.Licensing/Licences/LicenceRefusals.cs", import.meta.url), "utf8");
  const codes = [...source.matchAll(/new\(403, "([a-z-]+)"/g)].map((match) => match[1] as string);
  expect(codes.length).toBeGreaterThan(20);
  const unknown = coverOf({ kind: "stopped", reason: "refused", detail: "no-such-code" });
  for (const code of codes.filter((code) => code !== "key-not-due" && code !== "nonce-missing")) {
    expect(coverOf({ kind: "stopped", reason: "refused", detail: code })?.detail, code).not.toBe(unknown?.detail);
  }
});

function storage(initial: Record<string, string> = {}): Storage {
  const held = new Map(Object.entries(initial));
  return { getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, value: string) => void held.set(key, value) } as unknown as Storage;
}
