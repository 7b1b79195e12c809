import { describe, expect, it } from "vitest";
import { maxSignal, readTrackerMessage, type ToTracker, writeTrackerMessage } from "../../src/swarm/trackerMessages.js";
import { fromBase64Url, toBase64Url } from "../../src/verify/base64Url.js";
import { readVectors } from "../vectors.js";
import { random } from "./admitted.js";

const peer = "AbCdEfGhIjKlMnOpQrStUv";
const nonce = random(32);

const good: Record<string, unknown>[] = [
  { type: "challenge", version: 1, nonce: toBase64Url(nonce) },
  { type: "joined", peer, viewers: 3, minViewers: 3, maxLinks: 16 },
  { type: "viewers", count: 12 },
  { type: "introduce", peer, role: "viewer", offer: true, near: "lan" },
  { type: "introduce", peer, role: "relay", offer: true, near: "far", origin: "https://relay.example:8443" },
  { type: "signal", peer, kind: "candidate", text: "{}" },
  { type: "gone", peer },
  { type: "stripe", track: "video-1", epoch: 0, sequence: 7, first: 4, count: 4092 },
  { type: "limited", retryAfter: 30 },
  { type: "revoked", token: "a.b.c" },
  { type: "refused", code: "not-proved" },
];

describe("a tracker's message", () => {
  it.each(good.map((message) => [String(message["type"]), message] as const))("of type %s is read, with members of later versions passed over", (type, message) => {
    const read = readTrackerMessage(JSON.stringify(message));
    expect(read?.type).toBe(type);
    expect(readTrackerMessage(JSON.stringify({ ...message, later: { a: [1] } }))).toEqual(read);
  });

  it("with a member missing, of another kind or out of its bounds is none", () => {
    const wrong: unknown[] = [undefined, null, -1, 1.5, 2 ** 40, "", "x".repeat(9000), [], {}, true, Number.NaN];
    // A relay may have an origin.
    const optional = new Set(["origin"]);
    for (const message of good) {
      for (const member of Object.keys(message).filter((name) => name !== "type")) {
        for (const value of wrong) {
          if (value === true && member === "offer") continue;
          if (value === undefined && optional.has(member)) continue;
          // Half a second is a time.
          if (value === 1.5 && member === "retryAfter") continue;
          expect(readTrackerMessage(JSON.stringify({ ...message, [member]: value })), `${String(message["type"])}.${member} = ${String(value)}`).toBeUndefined();
        }
      }
    }
  });

  it("whose parts go beyond the most that there can be is none", () => {
    const stripe = { type: "stripe", track: "video-1", epoch: 0, sequence: 7, first: 4, count: 4092 };
    expect(readTrackerMessage(JSON.stringify({ ...stripe, first: 5 }))).toBeUndefined();
    expect(readTrackerMessage(JSON.stringify({ ...stripe, count: 0 }))).toBeUndefined();
    expect(readTrackerMessage(JSON.stringify({ type: "joined", peer, viewers: 3, minViewers: 3, maxLinks: 17 }))).toBeUndefined();
    expect(readTrackerMessage(JSON.stringify({ type: "introduce", peer, role: "viewer", offer: true, near: "lan", origin: "https://viewer.example" }))).toBeUndefined();
    for (const origin of ["https://relay.example/", "ftp://relay.example", "https://relay.example/path", "https://RELAY.example", "https://a:b@relay.example"]) {
      expect(readTrackerMessage(JSON.stringify({ type: "introduce", peer, role: "relay", offer: true, near: "lan", origin })), origin).toBeUndefined();
    }
  });

  it("of a type that is not known is passed over, whatever it is called", () => {
    for (const type of ["later", "constructor", "__proto__", "toString"]) expect(readTrackerMessage(JSON.stringify({ type }))).toEqual({ type: "optional" });
  });

  it("that is no object with a type, or too long, is none", () => {
    for (const text of ["", "null", "[]", "1", '"challenge"', "{}", '{"type":1}', "{", `{"type":"later","filler":"${"x".repeat(16_384)}"}`, `{"type":"later","filler":"${"ä".repeat(8_192)}"}`]) {
      expect(readTrackerMessage(text)).toBeUndefined();
    }
  });

  it("with a character changed here or there never makes the reader throw", () => {
    const texts = good.map((message) => JSON.stringify(message));
    let seed = 1;
    const below = (limit: number) => ((seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) >>> 8) % limit;
    for (let n = 0; n < 200_000; n++) {
      const text = texts[n % texts.length] ?? "";
      const at = below(text.length);
      readTrackerMessage(text.slice(0, at) + String.fromCharCode(32 + below(95)) + text.slice(at + below(3)));
    }
  });
});

describe("a peer's message", () => {
  it("has binary values in base64url", () => {
    expect(JSON.parse(writeTrackerMessage({ type: "join", admission: "a.b.c", proof: nonce, tracks: ["audio-1"] }))).toEqual({
      type: "join", admission: "a.b.c", proof: toBase64Url(nonce), tracks: ["audio-1"],
    });
    expect(JSON.parse(writeTrackerMessage({ type: "more" }))).toEqual({ type: "more" });
  });
});

// The tracker reads and writes by the same file: tests/LiveLedger.Swarm.Tests/Tracker/TrackerMessagesTests.cs.
const vectors = readVectors<{ fromPeer: { good: Record<string, unknown>[] }; toPeer: Record<string, unknown>[] }>("tracker.json");

describe("between tracker and player", () => {
  it.each(vectors.toPeer.map((message) => [String(message["type"]), message] as const))("what the tracker writes of type %s is read, with all that is in it", (type, message) => {
    const read = readTrackerMessage(JSON.stringify(message));
    const { version: _, offer, nonce, first, count, ...rest } = message;
    const expected = {
      challenge: { type, nonce: fromBase64Url(String(nonce)) },
      introduce: { type, introduced: { ...Object.fromEntries(Object.entries(rest).filter(([name]) => name !== "type")), offers: offer } },
      stripe: { type, stripe: { track: rest["track"], epoch: rest["epoch"], sequence: rest["sequence"], span: { first, count } } },
    };
    expect(read).toEqual(Object.hasOwn(expected, type) ? expected[type as keyof typeof expected] : message);
  });

  it("what the player writes is what the tracker reads", () => {
    const theirs = "BwcHBwcHBwcHBwcHBwcHBw";
    const proof = new Uint8Array(64).fill(7);
    const said: ToTracker[] = [
      { type: "join", admission: "e30.e30.e30", proof, tracks: ["video-480p", "audio"] },
      { type: "join", admission: "e30.e30.e30", proof, tracks: ["audio-1"], parted: ["BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc"] },
      { type: "renew", admission: "e30.e30.e30", proof },
      { type: "playing", tracks: [], sharing: false },
      { type: "signal", peer: theirs, kind: "offer", text: "v=0\r\n" },
      { type: "signal", peer: theirs, kind: "candidate", text: "x".repeat(maxSignal) },
      { type: "linked", peer: theirs },
      { type: "linked", peer: theirs, rtt: 12.5 },
      { type: "unlink", peer: theirs, why: "offence" },
      { type: "more" },
      { type: "figures", origin: 1, relays: 0, peers: 2 ** 53, sent: 5, refused: 0, stalls: 1, stalledMs: 20 },
      { type: "figures", origin: 1, relays: 0, peers: 2 ** 53, sent: 5, refused: 0, stalls: 1, stalledMs: 20, latencyMs: 3000 },
    ];
    for (const message of said) expect(vectors.fromPeer.good).toContainEqual(JSON.parse(writeTrackerMessage(message)));
  });
});
