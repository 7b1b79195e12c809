import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Announcing, KeyPrefetch } from "../src/playback/keyPrefetch.js";
import { LicensedPlayback } from "../src/playback/licensedPlayback.js";

const noon = Date.UTC(2026, 10, 22, 12);
const hex = ["00112233445566778899aabbccddeeff", "ff112233445566778899aabbccddeeff"];
const kids = ["ABEiM0RVZneImaq7zN3u_w", "_xEiM0RVZneImaq7zN3u_w"];

let given: number;
let asked: { at: number; kids: string[]; nonce: number }[];
let playback: LicensedPlayback;

beforeEach(() => {
  // Some hours off: only what the playlist says counts.
  vi.useFakeTimers({ now: noon + 10_000_000 });
  vi.stubGlobal("window", {});
  asked = [];
  given = 2;
  const started = Date.now();
  vi.stubGlobal("fetch", async (_: string, init: { body: string }) => {
    asked.push({ at: (Date.now() - started) / 1000, ...(JSON.parse(init.body) as { kids: string[]; nonce: number }) });
    return new Response(JSON.stringify({ keys: kids.slice(0, given).map((kid) => ({ kty: "oct", kid, k: "" })) }));
  });
  playback = new LicensedPlayback("token");
  playback.opened("0".repeat(32));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("The keys of the next period", () => {
  it("are asked for once, in the quarter of a period before it, by how far the playlist has come", async () => {
    for (const [chance, at] of [[0, 6], [0.5, 4.75], [1, 3.5]] as const) {
      asked = [];
      const prefetch = new KeyPrefetch(playback, () => true, () => chance);
      const started = Date.now();
      prefetch.listed(playlist(4, 10, hex.join()));
      prefetch.listed(playlist(4, 10, hex.join()));
      await vi.advanceTimersByTimeAsync(20_000);
      expect(asked.map((request) => request.kids)).toEqual([kids]);
      expect((asked[0]?.at ?? 0) - (started - noon - 10_000_000) / 1000).toBeCloseTo(at, 2);
      prefetch.stop();
    }
  });

  it("are asked for at once if the period has begun, and at most half a minute early", async () => {
    const late = new KeyPrefetch(playback, () => true, () => 1);
    late.listed(playlist(11, 10, hex.join()));
    const long = new KeyPrefetch(playback, () => true, () => 1);
    long.listed(playlist(-3590, 3600, hex.join()));
    await vi.advanceTimersByTimeAsync(1);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_569_000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveLength(2);
  });

  it("are asked for again when they are needed, if they were left out of the answer", async () => {
    given = 1;
    const prefetch = new KeyPrefetch(playback, () => true);
    prefetch.listed(playlist(9, 10, hex.join()));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(prefetch.find(kids[0] as string)).toMatch(/^blob:/);
    expect(prefetch.find(kids[1] as string)).toBeUndefined();
  });

  it("answer a request for any of them, and for no others", async () => {
    const prefetch = new KeyPrefetch(playback, () => true);
    prefetch.listed(playlist(9, 10, hex.join()));
    await vi.advanceTimersByTimeAsync(20_000);
    for (const kid of kids) expect(prefetch.find(kid)).toMatch(/^blob:/);
    expect(prefetch.find("AAAAAAAAAAAAAAAAAAAAAA")).toBeUndefined();
    expect(prefetch).toMatchObject({ fetched: 1, used: 2 });
    prefetch.stop();
    for (const kid of kids) expect(prefetch.find(kid)).toBeUndefined();
  });

  it("are not asked for while nothing plays, before a first licence, or after the end", async () => {
    for (const prefetch of [new KeyPrefetch(playback, () => false), new KeyPrefetch(new LicensedPlayback("token"), () => true)]) prefetch.listed(playlist(9, 10, hex.join()));
    const over = new KeyPrefetch(playback, () => true);
    over.listed(playlist(9, 10, hex.join()));
    over.stop();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual([]);
  });

  it("are not asked for by what is no announcement, and a refusal leaves nothing behind", async () => {
    const prefetch = new KeyPrefetch(playback, () => true);
    for (const list of [undefined, "", "0".repeat(31), "0".repeat(33), `${hex[0]},`, `${hex[0]},x`, Array.from({ length: 17 }, () => hex[0]).join()]) prefetch.listed(playlist(9, 10, list));
    prefetch.listed({ ...playlist(9, 10, hex.join()), fragments: [] });
    prefetch.listed(playlist(9, Number.NaN, hex.join()));
    prefetch.listed(playlist(9, 10, hex.join(), "com.example.advert"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(asked).toEqual([]);

    vi.stubGlobal("fetch", async () => new Response("{}", { status: 403 }));
    prefetch.listed(playlist(9, 10, hex.join()));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(prefetch.find(kids[0] as string)).toBeUndefined();
  });
});

/** A playlist that has come to so many seconds after noon, and announces a period at noon + 10 s. */
function playlist(edge: number, seconds: number, list: string | undefined, name = "urn:liveledger:next-keys:2026"): Announcing {
  return {
    dateRanges: { "keys-1": { class: name, startDate: new Date(noon + 10_000), attr: { DURATION: String(seconds), "X-KEYIDS": list } } },
    fragments: [{ programDateTime: noon + (edge - 2) * 1000, duration: 2 }],
  };
}
