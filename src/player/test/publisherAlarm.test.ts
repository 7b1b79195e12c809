import { afterEach, describe, expect, it, vi } from "vitest";
import { describeSignedTwice } from "../src/page/wording.js";
import { describeStanding } from "../src/page/sharingWords.js";
import { findSignedTwice } from "../src/playback/publisherAlarm.js";
import { toBase64Url } from "../src/verify/base64Url.js";
import { hex, readVectors } from "./vectors.js";

const { cases } = readVectors<{ cases: { name: string; proof: string; identity: string | null; expected: string; convicts: string | null }[] }>("fraud.json");
const proofOf = (name: string) => cases.find((given) => given.name === name) ?? { proof: "", convicts: null };
const broadcast = { id: "01990000000070008000000000000001", bytes: hex("01990000000070008000000000000001") };
const identity = hex(cases.find(({ name }) => name.endsWith("by the identity that is known"))?.identity ?? "");

function answers(items: unknown): void {
  vi.stubGlobal("fetch", async (url: string) => {
    expect(url).toBe(`/v1/fraud-proofs?broadcast=${broadcast.id}&convicts=publisher`);
    return new Response(JSON.stringify({ items }));
  });
}

afterEach(() => vi.unstubAllGlobals());

const find = (of = broadcast, known = identity) => findSignedTwice(of, known, new AbortController().signal);
const item = (name: string, convicts = "publisher") => ({ convicts, proof: toBase64Url(hex(proofOf(name).proof)) });

describe("A publisher that signed a segment twice", () => {
  it("is told of by a proof that this page has checked", async () => {
    answers([item("of a chunk in the middle", "peer"), item("of a slot signed twice")]);
    expect(await find()).toEqual({ track: "v0", sequence: 1 });
  });

  it("is not told of by the platform's word, nor by a proof of something else", async () => {
    const none = ["of two slots", "of a slot signed twice, the second by another key", "of a chunk in the middle", "with the two in the wrong order"];
    answers([...none.map((name) => item(name)), { convicts: "publisher", proof: "AAAA" }, { convicts: "publisher" }, null, 7]);
    expect(await find()).toBeUndefined();
    answers([item("of a slot signed twice")]);
    expect(await find(broadcast, hex("aa".repeat(32)))).toBeUndefined();
    expect(await findSignedTwice({ ...broadcast, bytes: hex("02990000000070008000000000000001") }, identity, new AbortController().signal)).toBeUndefined();
    for (const odd of [undefined, "x", {}]) {
      answers(odd);
      expect(await find()).toBeUndefined();
    }
  });

  it("is told of by an answer that is as long as any", async () => {
    const others = Array.from({ length: 99 }, () => ({ ...item("of two slots"), proof: "A".repeat(16_384) }));
    answers([item("of a slot signed twice"), ...others]);
    expect(await find()).toEqual({ track: "v0", sequence: 1 });
  });

  it("is not what a page waits for: without an answer there is no alarm", async () => {
    vi.stubGlobal("fetch", async () => { throw new TypeError("away"); });
    expect(await find()).toBeUndefined();
  });

  it("is named with its segment", () => {
    expect(describeSignedTwice({ track: "v0", sequence: 7 })).toContain("(v0, segment 7)");
  });
});

describe("A viewer's standing", () => {
  it("is told with what it is counted by", () => {
    expect(describeStanding(undefined)).toBe("Nothing counted yet");
    expect(describeStanding({ band: "new", score: 0, receipts: 0, receivers: 0 })).toBe("New, 0 of 1000: nothing was handed in yet");
    expect(describeStanding({ band: "proven", score: 812, receipts: 34, receivers: 5 })).toBe("Proven, 812 of 1000: by 34 receipts of 5 viewers");
    expect(describeStanding({ band: "known", score: 401, receipts: 1, receivers: 1 }, 1)).toBe("Known, 401 of 1000: by one receipt of one viewer. One neighbour was proved to have lied, and cut off.");
    expect(describeStanding(undefined, 2)).toBe("Nothing counted yet. 2 neighbours were proved to have lied, and cut off.");
  });
});
