import { describe, expect, it } from "vitest";
import { newPeerKey } from "../src/peering/peerKey.js";
import { isWithinBounds, linesOf, linkName, readReceipt, receiptBytes, runsOf, verifyReceipt, writeBatch, writeReceipt } from "../src/peering/receipts.js";
import { toHex } from "../src/verify/bytes.js";
import { Ed25519PublicKey } from "../src/verify/ed25519.js";
import { sha256 } from "../src/verify/sha256.js";
import { hex, readVectors } from "./vectors.js";

interface Fields {
  broadcast: string; sender: string; receiver: string; link: string; period: number; number: number; at: number; totalChunks: number; totalBytes: number;
  runs: { track: string; epoch: number; first: number; chunks: number[] }[];
}

interface Vectors {
  alice: string;
  bob: string;
  link: { offerer: string; answerer: string; id: string };
  receipts: { name: string; bytes: string; fields: Fields | null; hash: string | null; holds: boolean }[];
  batches: { name: string; bytes: string; receipts: string[] | null; holds: boolean | null }[];
}

const vectors = readVectors<Vectors>("receipts.json");

describe("receipt vectors, shared with C#", () => {
  it("name a link", async () => {
    expect(toHex(await linkName(hex(vectors.link.offerer), hex(vectors.link.answerer)))).toBe(vectors.link.id);
  });

  it.each(vectors.receipts)("a receipt $name", async ({ bytes, fields, hash, holds }) => {
    const signed = readReceipt(hex(bytes));
    if (!signed || !fields) {
      expect(signed ?? null).toBe(fields);
      return;
    }
    const { receipt } = signed;
    expect({
      ...receipt, broadcast: toHex(receipt.broadcast), sender: toHex(receipt.sender), receiver: toHex(receipt.receiver), link: toHex(receipt.link),
      runs: receipt.runs.map(({ track, ...run }) => ({ track: track.toString(16).padStart(16, "0"), ...run })),
    }).toEqual(fields);
    const key = Ed25519PublicKey.parse(receipt.receiver);
    expect(key !== undefined && (await verifyReceipt(signed, key))).toBe(holds);
    expect(toHex(await sha256(signed.bytes))).toBe(hash);
    expect(toHex(writeReceipt(receipt))).toBe(bytes.slice(0, -128));
    if (fields.runs.every(({ chunks }) => !chunks.includes(0))) expect(runsOf(linesOf(receipt))).toEqual(receipt.runs);
    expect(isWithinBounds(receipt.runs)).toBe(true);
  });

  it.each(vectors.batches.filter(({ holds, receipts }) => holds && receipts))("a batch $name is put together again", async ({ bytes }) => {
    // The sender's own signature is taken out of it: its key is not here.
    const all = hex(bytes);
    const count = (all[48] ?? 0) * 256 + (all[49] ?? 0);
    const signature = all.slice(50 + 32 * count, 114 + 32 * count);
    const receipts = [];
    for (let at = 114 + 32 * count; at < all.length; ) {
      const length = new DataView(all.buffer, all.byteOffset + at).getUint32(0);
      receipts.push(all.slice(at + 4, at + 4 + length));
      at += 4 + length;
    }
    expect(toHex(await writeBatch(receipts.reverse(), async () => signature))).toBe(bytes);
  });
});

describe("the lines of a receipt", () => {
  it("are the same after writing and reading, whatever came", async () => {
    const key = await newPeerKey();
    const came = [[{ track: 9n, epoch: 1, sequence: 7 }, 3], [{ track: 2n, epoch: 0, sequence: 5 }, 1], [{ track: 9n, epoch: 0, sequence: 8 }, 4096], [{ track: 9n, epoch: 1, sequence: 9 }, 2], [{ track: 9n, epoch: 1, sequence: 8 }, 1]] as const;
    const written = writeReceipt({
      broadcast: new Uint8Array(16), sender: new Uint8Array(32), receiver: key.publicKey.bytes, link: new Uint8Array(32).fill(1), period: 1, number: 2, at: 5, totalChunks: 5000, totalBytes: 60_000_000, runs: runsOf(came),
    });
    const bytes = new Uint8Array([...written, ...(await key.sign(receiptBytes(written)))]);
    const read = readReceipt(bytes);
    expect(read && (await verifyReceipt(read, key.publicKey))).toBe(true);
    expect(read && [...linesOf(read.receipt)]).toEqual([came[1], came[2], came[0], came[4], came[3]]);
  });

  it("are too many from the 257th of a run, the 65th run and the 513th on", () => {
    const some = (count: number, step: number) => runsOf(Array.from({ length: count }, (_, n) => [{ track: 1n, epoch: 0, sequence: n * step }, 1] as const));
    expect([isWithinBounds(some(256, 1)), isWithinBounds(some(257, 1)), isWithinBounds(some(64, 2)), isWithinBounds(some(65, 2))]).toEqual([true, false, true, false]);
  });
});
