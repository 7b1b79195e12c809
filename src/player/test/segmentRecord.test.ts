import { describe, expect, it } from "vitest";
import { fromBase64Url } from "../src/verify/base64Url.js";
import { toHex } from "../src/verify/bytes.js";
import { leavesOf, rootOfLeaves } from "../src/verify/chunkTree.js";
import { keyThumbprint } from "../src/verify/coseSign1.js";
import { Ed25519PublicKey } from "../src/verify/ed25519.js";
import { checkNames } from "../src/verify/failure.js";
import { checkInFull } from "../src/verify/inFull.js";
import { parseRecordFile } from "../src/verify/segmentRecord.js";
import { hex, readVectors, type SegmentRecipe, segmentOf } from "./vectors.js";

interface Vectors {
  keys: Record<string, { public: string; thumbprint: string; text: string }>;
  records: {
    file: string; hash: string; segment: SegmentRecipe; leaves: string[]; chunkRoot: string; epoch: number; sequence: number;
    decodeTime: string; timescale: number; duration: number; cryptoPeriod: string; keyId: string; previous: string; sealedAt: number;
  }[];
  cases: {
    name: string;
    slot: { broadcast: string; track: string; sequence: number; epoch: number | null };
    pinned: string | null; certificate: string; record: string; segment: SegmentRecipe;
    initHash: string | null; previous: string | null; expected: string; chunk?: number;
  }[];
}

const vectors = readVectors<Vectors>("segment-record.json");

describe("segment record vectors, shared with C#", () => {
  it.each(vectors.cases)("$name: $expected", async (given) => {
    const outcome = await checkInFull({
      slot: { ...given.slot, broadcast: hex(given.slot.broadcast), epoch: given.slot.epoch ?? undefined },
      pinnedIdentity: given.pinned === null ? undefined : fromBase64Url(given.pinned),
      certificate: hex(given.certificate),
      record: hex(given.record),
      segment: segmentOf(given.segment),
      initHash: given.initHash === null ? undefined : hex(given.initHash),
      previousHash: given.previous === null ? undefined : hex(given.previous),
    });
    expect("failure" in outcome ? outcome.failure.code : "ok").toBe(given.expected);
    expect("failure" in outcome ? outcome.failure.chunk : undefined).toBe(given.chunk);
  });

  it("names every check of the table at least once", () => {
    const named = new Set(vectors.cases.map((given) => given.expected));
    expect(checkNames.filter((name) => !named.has(name))).toEqual([]);
  });

  it.each(vectors.records)("reads every field of record $sequence", async (expected) => {
    const file = await parseRecordFile(hex(expected.file));
    expect(file && toHex(file.hash)).toBe(expected.hash);
    expect(file && toHex(file.leaves)).toBe(expected.leaves.join(""));
    const record = file?.record;
    expect(record).toMatchObject({
      epoch: expected.epoch, sequence: expected.sequence, timescale: expected.timescale, duration: expected.duration,
      decodeTime: BigInt(expected.decodeTime), cryptoPeriod: BigInt(expected.cryptoPeriod), sealedAt: expected.sealedAt,
      byteLength: expected.segment.length,
    });
    expect(record && toHex(record.keyId)).toBe(expected.keyId);
    expect(record && toHex(record.previous)).toBe(expected.previous);
    expect(record && toHex(record.chunkRoot)).toBe(expected.chunkRoot);
  });

  it.each(vectors.records)("computes the chunk tree of segment $sequence", async (expected) => {
    const leaves = await leavesOf(segmentOf(expected.segment));
    expect(toHex(leaves)).toBe(expected.leaves.join(""));
    expect(toHex(await rootOfLeaves(leaves))).toBe(expected.chunkRoot);
  });

  it.each(Object.entries(vectors.keys))("takes key %s and computes its thumbprint", async (_, given) => {
    const key = Ed25519PublicKey.parse(hex(given.public));
    expect(key && toHex(await keyThumbprint(key))).toBe(given.thumbprint);
    expect(fromBase64Url(given.text)).toEqual(hex(given.public));
  });
});

describe("a single flipped bit", () => {
  const good = vectors.cases.find((given) => given.expected === "ok" && given.slot.sequence === 0 && given.initHash && given.pinned);
  if (!good) throw new Error("the vectors have no good first segment");

  async function outcomeWith(change: { record?: string; certificate?: string }): Promise<string> {
    if (!good) return "unreachable";
    const outcome = await checkInFull({
      slot: { ...good.slot, broadcast: hex(good.slot.broadcast), epoch: good.slot.epoch ?? undefined },
      pinnedIdentity: fromBase64Url(good.pinned ?? ""),
      certificate: hex(change.certificate ?? good.certificate),
      record: hex(change.record ?? good.record),
      segment: segmentOf(good.segment),
      initHash: hex(good.initHash ?? ""),
    });
    return "failure" in outcome ? outcome.failure.code : "ok";
  }

  function flipped(text: string, bit: number): string {
    const bytes = hex(text);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return toHex(bytes);
  }

  it("anywhere in the record is refused", async () => {
    expect(await outcomeWith({})).toBe("ok");
    for (let bit = 0; bit < good.record.length * 4; bit += 3) {
      const code = await outcomeWith({ record: flipped(good.record, bit) });
      expect(["record-malformed", "record-signature", "record-leaves"], `bit ${bit}`).toContain(code);
    }
  });

  it("anywhere in the certificate is refused", async () => {
    for (let bit = 0; bit < good.certificate.length * 4; bit += 3) {
      expect(await outcomeWith({ certificate: flipped(good.certificate, bit) }), `bit ${bit}`).toBe("certificate-invalid");
    }
  });
});
