import { describe, expect, it } from "vitest";
import { readRevocation, verifyAdmission } from "../src/peering/admission.js";
import { hasBit } from "../src/peering/bitmap.js";
import { keysOfSet, thumbprintOf } from "../src/peering/jws.js";
import { type PeerMessage, readMessage, writeMessage } from "../src/peering/messages.js";
import { admissionRequestBytes, joinBytes, type Link, linkBytes, verifyLink } from "../src/peering/proofs.js";
import { keyOf, trackTag } from "../src/peering/segmentName.js";
import { type Bytes, toHex } from "../src/verify/bytes.js";
import { Ed25519PublicKey } from "../src/verify/ed25519.js";
import { hex, readVectors } from "./vectors.js";

interface LinkVector {
  name: string; origin: string | null; offererNonce: string; answererNonce: string; offererFingerprint: string | null; answererFingerprint: string | null;
  offererBytes: string; answererBytes: string; offererProof: string; answererProof: string;
}

interface Vectors {
  issuer: string;
  keys: Record<"platform" | "broadcaster" | "alice" | "bob", { public: string; text: string }>;
  admissions: { name: string; token: string; broadcast: string; now: number; expected: string }[];
  revocations: { name: string; token: string; peers: string[] | null }[];
  proofs: {
    request: { issuer: string; broadcast: string; time: number; nonce: string; bytes: string; signature: string };
    join: { tracker: string; nonce: string; admission: string; bytes: string; signature: string };
    links: LinkVector[];
    tags: { track: string; tag: string }[];
  };
  messages: { name: string; message: string; fields: Record<string, unknown> | null }[];
}

const vectors = readVectors<Vectors>("peering.json");
const { request, join, links, tags } = vectors.proofs;
const broadcast = hex(request.broadcast);

function keyOfPeer(name: keyof Vectors["keys"]): Ed25519PublicKey {
  const key = Ed25519PublicKey.parse(hex(vectors.keys[name].public));
  if (!key) throw new Error(name);
  return key;
}

async function platform() {
  const keys = await keysOfSet({ keys: [{ kty: "OKP", crv: "Ed25519", x: vectors.keys.platform.text, kid: "called otherwise" }] });
  return { issuer: vectors.issuer, keys };
}

/** As the vectors write bytes: in parts, and `N*xx` for a run. */
function expand(text: string): Bytes {
  const parts = text.split(" ").filter((part) => part !== "").map((part) => {
    const [count, value] = part.split("*");
    return value === undefined ? hex(part) : new Uint8Array(Number(count)).fill(Number.parseInt(value, 16));
  });
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

function short(bytes: Uint8Array): string {
  const first = bytes[0] ?? 0;
  return bytes.length > 64 && bytes.every((byte) => byte === first) ? `${bytes.length}*${toHex(bytes.subarray(0, 1))}` : toHex(bytes);
}

function describeMessage(message: PeerMessage): Record<string, unknown> {
  const text = (token: string) => short(new TextEncoder().encode(token));
  switch (message.type) {
    case "hello": return { ...message, nonce: toHex(message.nonce), admission: text(message.admission) };
    case "proof": return { ...message, signature: toHex(message.signature) };
    case "have": return {
      ...message,
      held: message.held.map(({ segment, chunks, holding, bitmap }) => ({
        segment: keyOf(segment), chunks, holding, has: bitmap ? Array.from({ length: chunks }, (_, n) => n).filter((n) => hasBit(bitmap, n)) : null,
      })),
    };
    case "want":
    case "want-record": return { ...message, segment: keyOf(message.segment) };
    case "chunks": return { ...message, chunks: message.chunks.map(short), statements: message.statements.map(toHex) };
    case "receipt": return { ...message, receipt: short(message.receipt) };
    case "fraud": return { ...message, proof: short(message.proof) };
    case "want-init": return { ...message, hash: toHex(message.hash) };
    case "piece": return { ...message, bytes: short(message.bytes) };
    case "ping":
    case "pong": return { ...message, token: message.token.toString(16).padStart(16, "0") };
    case "revoked": return { ...message, token: text(message.token) };
    default: return message;
  }
}

describe("admission vectors, shared with C#", () => {
  it.each(vectors.admissions)("$name: $expected", async (given) => {
    const { refusal, admission } = await verifyAdmission(given.token, await platform(), hex(given.broadcast), given.now);
    expect(refusal ?? "ok").toBe(given.expected);
    expect(admission ? toHex(admission.key.bytes) : undefined).toBe(refusal ? undefined : vectors.keys.alice.public);
  });

  it.each(vectors.revocations)("a revocation $name", async (given) => {
    expect((await readRevocation(given.token, await platform(), request.broadcast))?.peers ?? null).toEqual(given.peers);
  });

  it("are signed by a key whose thumbprint is computed here", async () => {
    const header = JSON.parse(atob((join.admission.split(".")[0] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as { kid: string };
    expect(await thumbprintOf(keyOfPeer("platform"))).toBe(header.kid);
  });
});

describe("proof vectors, shared with C#", () => {
  it("for a request and for a join cover the same bytes", async () => {
    const asked = await admissionRequestBytes(request.issuer, broadcast, keyOfPeer("alice").bytes, request.time, hex(request.nonce));
    expect(toHex(asked)).toBe(request.bytes);
    expect(await keyOfPeer("alice").verify(asked, hex(request.signature))).toBe(true);
    const joined = await joinBytes(join.tracker, hex(join.nonce), join.admission);
    expect(toHex(joined)).toBe(join.bytes);
    expect(await keyOfPeer("alice").verify(joined, hex(join.signature))).toBe(true);
  });

  it.each(links)("of $name cover the same bytes, and hold for their own side alone", async (given) => {
    const link = linkOf(given);
    expect(toHex(await linkBytes(link, "offerer"))).toBe(given.offererBytes);
    expect(toHex(await linkBytes(link, "answerer"))).toBe(given.answererBytes);
    expect(await verifyLink(link, "offerer", hex(given.offererProof))).toBe(true);
    expect(await verifyLink(link, "answerer", hex(given.answererProof))).toBe(true);
    expect(await verifyLink(link, "answerer", hex(given.offererProof))).toBe(false);
    expect(await verifyLink({ ...link, channel: { origin: "https://elsewhere.example" } }, "offerer", hex(given.offererProof))).toBe(false);
    expect(await verifyLink({ ...link, offerer: { ...link.offerer, nonce: new Uint8Array(32) } }, "offerer", hex(given.offererProof))).toBe(false);
  });

  it("of one peer to itself are none", async () => {
    const [given] = links;
    if (!given) throw new Error("no links");
    const link = linkOf(given);
    expect(await verifyLink({ ...link, answerer: link.offerer }, "offerer", hex(given.offererProof))).toBe(false);
  });

  it.each(tags)("gives track $track its tag", async ({ track, tag }) => {
    expect((await trackTag(broadcast, track)).toString(16).padStart(16, "0")).toBe(tag);
  });

  function linkOf(given: LinkVector): Link {
    const channel = given.origin === null
      ? { offererFingerprint: hex(given.offererFingerprint ?? ""), answererFingerprint: hex(given.answererFingerprint ?? "") }
      : { origin: given.origin };
    return {
      broadcast, channel,
      offerer: { key: keyOfPeer("alice"), nonce: hex(given.offererNonce) },
      answerer: { key: keyOfPeer("bob"), nonce: hex(given.answererNonce) },
    };
  }
});

describe("message vectors, shared with C#", () => {
  it.each(vectors.messages)("$name", ({ message, fields }) => {
    const read = readMessage(expand(message));
    expect(read ? describeMessage(read) : null).toEqual(fields);
    if (read && read.type !== "optional") expect(toHex(writeMessage(read))).toBe(toHex(expand(message)));
  });

  it("of every type are taken and refused", () => {
    const types = new Set(vectors.messages.map(({ fields }) => fields?.["type"]));
    expect([...types].length).toBe(19);
  });
});
