import { describe, expect, it } from "vitest";
import { readRevocation, verifyAdmission } from "../src/peering/admission.js";
import { fingerprintOf } from "../src/peering/fingerprint.js";
import { maxFraudProof, readFraudProof, verifyFraud, writeFraudProof } from "../src/peering/fraudProof.js";
import { keysOfSet, parseJws } from "../src/peering/jws.js";
import { maxChunks, maxHeld, maxMessage, maxRun, readMessage, writeMessage } from "../src/peering/messages.js";
import { SeededRandom } from "../src/swarm/random.js";
import { maxSignal, readTrackerMessage } from "../src/swarm/trackerMessages.js";
import { type Bytes, concatBytes, sameBytes, toHex } from "../src/verify/bytes.js";
import { hex, readVectors } from "./vectors.js";

// Of each reader of what strangers send. The long form, a million: ./liveledger test fuzz
const inputs = Number(process.env["LIVELEDGER_FUZZ_INPUTS"] ?? 10_000);
const patience = 60_000 + inputs;

interface Vectors {
  issuer: string;
  keys: { platform: { text: string } };
  admissions: { token: string; broadcast: string; now: number; expected: string }[];
  revocations: { token: string }[];
  messages: { message: string }[];
}

const vectors = readVectors<Vectors>("peering.json");
const platform = { issuer: vectors.issuer, keys: await keysOfSet({ keys: [{ kty: "OKP", crv: "Ed25519", x: vectors.keys.platform.text }] }) };

/** As the vectors write bytes: in parts, and `N*xx` for a run. */
const expand = (text: string): Bytes => concatBytes(...text.split(" ").filter((part) => part !== "").map((part) => {
  const [count, value] = part.split("*");
  return value === undefined ? hex(part) : new Uint8Array(Number(count)).fill(Number.parseInt(value, 16));
}));

/** Inputs made of good ones: bytes flipped, set to the edges, taken out, put in, cut off, and two joined. The same each time. */
function* mutated(seeds: readonly Bytes[], count: number): Generator<Bytes> {
  const random = new SeededRandom(11);
  const below = (end: number) => Math.floor(random.next() * end);
  const seed = () => seeds[below(seeds.length)] ?? new Uint8Array();
  const edges = [0, 1, 0x7f, 0x80, 0xfe, 0xff];
  for (let n = 0; n < count; n++) {
    let bytes = seed().slice();
    for (let step = below(4); step >= 0; step--) {
      const at = below(bytes.length + 1);
      const kind = below(6);
      if (kind === 0 && at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
      else if (kind === 1 && at < bytes.length) bytes[at] = edges[below(edges.length)] ?? 0;
      else if (kind === 2) bytes = bytes.slice(0, at);
      else if (kind === 3) bytes = concatBytes(bytes.subarray(0, at), bytes.subarray(at + 1 + below(8)));
      else if (kind === 4) bytes = concatBytes(bytes.subarray(0, at), Uint8Array.from({ length: 1 + below(8) }, () => below(256)), bytes.subarray(at));
      else if (kind === 5) bytes = concatBytes(bytes.subarray(0, at), seed().subarray(below(64)));
    }
    yield bytes;
  }
}

const texts = (seeds: readonly string[]) => seeds.map((seed) => new TextEncoder().encode(seed));
/** Latin letters for bytes: every string of up to 255 is one that a socket may bring. */
const textOf = (bytes: Bytes) => String.fromCharCode(...bytes);

describe(`Of ${inputs} mutated inputs`, () => {
  it("a peer's message is read within its bounds and written back byte for byte, or is none", { timeout: patience }, () => {
    let read = 0;
    for (const input of mutated(vectors.messages.map(({ message }) => expand(message)), inputs)) {
      const message = readMessage(input);
      if (!message || message.type === "optional") continue;
      read++;
      if (input.length > maxMessage) throw new Error(`read though too long: ${toHex(input.subarray(0, 64))}`);
      if (message.type === "have" && (message.held.length > maxHeld || message.held.some(({ chunks }) => chunks > maxChunks))) throw new Error(`beyond its bounds: ${toHex(input)}`);
      if (message.type === "chunks" && message.chunks.length > maxRun) throw new Error(`beyond its bounds: ${toHex(input)}`);
      if (!sameBytes(writeMessage(message), input)) throw new Error(`not as it was written: ${toHex(input.subarray(0, 256))}`);
    }
    expect(read).toBeGreaterThan(inputs / 100);
  });

  it("a tracker's message is read within its bounds, or is none", { timeout: patience }, () => {
    const peer = "AbCdEfGhIjKlMnOpQrStUv";
    const seeds = texts([
      { type: "challenge", version: 1, nonce: "A".repeat(43) }, { type: "joined", peer, viewers: 3, minViewers: 3, maxLinks: 16 }, { type: "viewers", count: 12 },
      { type: "introduce", peer, role: "relay", offer: true, near: "far", origin: "https://relay.example:8443" }, { type: "signal", peer, kind: "candidate", text: "{}" }, { type: "gone", peer },
      { type: "stripe", track: "video-1", epoch: 0, sequence: 7, first: 4, count: 4092 }, { type: "limited", retryAfter: 30 }, { type: "revoked", token: "a.b.c" }, { type: "refused", code: "not-proved" },
    ].map((message) => JSON.stringify(message)));
    let read = 0;
    for (const input of mutated(seeds, inputs)) {
      const message = readTrackerMessage(textOf(input));
      if (!message) continue;
      read++;
      const isBounded = message.type === "signal" ? message.text.length <= maxSignal
        : message.type === "stripe" ? message.stripe.span.first + message.stripe.span.count <= maxChunks
        : message.type === "joined" ? message.maxLinks <= 16 : true;
      if (!isBounded) throw new Error(`beyond its bounds: ${textOf(input)}`);
    }
    expect(read).toBeGreaterThan(inputs / 100);
  });

  it("a token is one of the platform's own, letter for letter, or admits and revokes nobody", { timeout: 4 * patience }, async () => {
    const given = [...vectors.admissions.map(({ token }) => token), ...vectors.revocations.map(({ token }) => token)];
    const own = new Set(given);
    const [first] = vectors.admissions;
    if (!first) throw new Error("no vectors");
    const good = vectors.admissions.filter(({ expected }) => expected === "ok");
    let verified = 0;
    for (const input of mutated(texts(given), inputs)) {
      const text = textOf(input);
      const isRead = parseJws(text, "liveledger-admission+jwt") !== undefined || parseJws(text, "liveledger-revocation+jwt") !== undefined;
      // Most fall at their form; the others are looked at as a neighbour's would be.
      if (!isRead) continue;
      const { broadcast, now } = good[verified++ % Math.max(1, good.length)] ?? first;
      const { admission } = await verifyAdmission(text, platform, hex(broadcast), now);
      if ((admission || (await readRevocation(text, platform, broadcast))) && !own.has(text)) throw new Error(`taken: ${text}`);
    }
    expect(verified).toBeGreaterThan(inputs / 1000);
  });

  it("a fraud proof is read in one form, or is none, and convicts nobody but whom a good one convicts", { timeout: 4 * patience }, async () => {
    const given = readVectors<{ issuer: string; platform: string; cases: { proof: string; convicts: string | null }[] }>("fraud.json");
    const jwks = { issuer: given.issuer, keys: await keysOfSet({ keys: [{ kty: "OKP", crv: "Ed25519", x: given.platform }] }) };
    const guilty = new Set(given.cases.map(({ convicts }) => convicts));
    let read = 0;
    for (const input of mutated(given.cases.map(({ proof }) => hex(proof)).filter(({ length }) => length <= maxFraudProof), inputs)) {
      const proof = await readFraudProof(input);
      if (!proof) continue;
      if (!sameBytes(writeFraudProof(proof), input)) throw new Error(`not as it was written: ${toHex(input)}`);
      // Signatures cost most: one in eight is looked at to the end.
      if (read++ % 8 !== 0) continue;
      const verdict = await verifyFraud(proof, jwks);
      if (verdict.convicts === "peer" && !guilty.has(verdict.admission.peer)) throw new Error(`framed: ${toHex(input)}`);
    }
    expect(read).toBeGreaterThan(inputs / 100);
  });

  it("a session description names one certificate by 32 bytes that stand in it, or none", { timeout: patience }, () => {
    const print = Array.from({ length: 32 }, (_, n) => (n * 7).toString(16).slice(-2).padStart(2, "0").toUpperCase()).join(":");
    const seeds = texts([`v=0\r\na=fingerprint:sha-256 ${print}\r\na=setup:actpass\r\n`, `a=fingerprint:sha-256 ${print}\na=fingerprint:sha-1 ${print.slice(0, 59)}\n`, "v=0\r\n"]);
    let read = 0;
    for (const input of mutated(seeds, inputs)) {
      const text = textOf(input);
      const found = fingerprintOf(text);
      if (!found) continue;
      read++;
      const written = toHex(found).match(/../g)?.join(":") ?? "";
      if (found.length !== 32 || !text.toLowerCase().includes(written)) throw new Error(`not in it: ${text}`);
    }
    expect(read).toBeGreaterThan(inputs / 100);
  });
});
