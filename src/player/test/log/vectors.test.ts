import { describe, expect, it } from "vitest";
import { toHex } from "../../src/verify/bytes.js";
import { leafHash } from "../../src/verify/merkle.js";
import { openCheckpoint } from "../../src/verify/log/checkpoint.js";
import { verifyCosignature } from "../../src/verify/log/cosignature.js";
import { parseEntry } from "../../src/verify/log/ledgerEntry.js";
import { parseNote } from "../../src/verify/log/note.js";
import { checkPolicy } from "../../src/verify/log/policy.js";
import { parsePolicy, type PolicyText } from "../../src/verify/log/policyText.js";
import { verifyConsistency, verifyInclusion } from "../../src/verify/log/proofs.js";
import { tilePath } from "../../src/verify/log/tiles.js";
import { type LogKey, logKeyType, parseVkey, type WitnessKey } from "../../src/verify/log/vkey.js";
import { hex, readVectors } from "../vectors.js";

interface Vectors {
  keys: { vkey: string; type: 1 | 4; taken: boolean }[];
  notes: { name: string; key: string; note: string; expected: string; size: string | null; root: string | null }[];
  cosignatures: { name: string; key: string; note: string; expected: string; time: number | null }[];
  policies: { file: string; line: number; reason: string | null; logs: number; witnesses: string[] }[];
  verdicts: { name: string; policy: string; key: string; note: string; expected: string; cosigned: string[] }[];
  entries: { name: string; bytes: string; leaf: string; fields: Record<string, string | number | null> | null }[];
  tiles: { level: string; index: string; width: number; path: string }[];
  inclusion: { name: string; index: string; size: string; leaf: string; hashes: string[]; root: string; expected: string }[];
  consistency: { name: string; from: string; to: string; oldRoot: string; newRoot: string; hashes: string[]; expected: string }[];
}

const vectors = readVectors<Vectors>("log.json");
const utf8 = (text: string) => new TextEncoder().encode(text);

async function logKey(text: string): Promise<LogKey> {
  const key = await parseVkey(text, logKeyType);
  if (!key) throw new Error(`no key: ${text}`);
  return key;
}

describe("The log's vectors, shared with C#", () => {
  it.each(vectors.keys)("vkey $vkey as type $type: taken $taken", async ({ vkey, type, taken }) => {
    expect((await parseVkey(vkey, type)) !== undefined).toBe(taken);
  });

  it.each(vectors.notes)("checkpoint, $name: $expected", async ({ key, note, expected, size, root }) => {
    const opened = await openCheckpoint(utf8(note), await logKey(key));
    expect("failure" in opened ? opened.failure : "valid").toBe(expected);
    expect("checkpoint" in opened ? opened.checkpoint.size.toString() : null).toBe(size);
    expect("checkpoint" in opened ? toHex(opened.checkpoint.root) : null).toBe(root);
  });

  it.each(vectors.cosignatures)("cosigned $name: $expected", async ({ key, note, expected, time }) => {
    const parsed = parseNote(utf8(note));
    const witness = (await parseVkey(key, 4)) as WitnessKey;
    if (!parsed) throw new Error("not a note");
    expect(await verifyCosignature(parsed, witness)).toEqual(time === null ? { result: expected } : { result: expected, time });
  });

  it.each(vectors.policies)("policy $file: line $line, $reason", async ({ file, line, reason, logs, witnesses }) => {
    const policy = await parsePolicy(utf8(file));
    if ("line" in policy) expect(policy).toEqual({ line, reason });
    else expect([line, policy.logs.length, policy.witnesses.map(({ name }) => name)]).toEqual([-1, logs, witnesses]);
  });

  it.each(vectors.verdicts)("by a policy, $name: $expected", async ({ policy, key, note, expected, cosigned }) => {
    const verdict = await checkPolicy(utf8(note), await logKey(key), (await parsePolicy(utf8(policy))) as PolicyText);
    expect(verdict.result).toBe(expected);
    expect("cosigned" in verdict ? verdict.cosigned.map(({ witness }) => witness.name) : []).toEqual(cosigned);
  });

  it.each(vectors.entries)("entry, $name", async ({ bytes, leaf, fields }) => {
    const entry = parseEntry(hex(bytes));
    expect(toHex(await leafHash(hex(bytes)))).toBe(leaf);
    expect(entry ? {
      ...entry, streamVersion: entry.streamVersion.toString(), recordedAt: entry.recordedAt.toString(),
      correlation: entry.correlation ?? null, causation: entry.causation ?? null, payloadDigest: toHex(entry.payloadDigest),
    } : null).toEqual(fields);
  });

  it.each(vectors.tiles)("tile $path", ({ level, index, width, path }) => {
    expect(tilePath({ level: level === "entries" ? level : Number(level), index: BigInt(index), width })).toBe(path);
  });

  it.each(vectors.inclusion)("entry $index of $size, $name: $expected", async ({ index, size, leaf, hashes, root, expected }) => {
    expect((await verifyInclusion(BigInt(index), BigInt(size), hex(leaf), hashes.map(hex), hex(root))).result).toBe(expected);
  });

  it.each(vectors.consistency)("$to extends $from, $name: $expected", async ({ from, to, oldRoot, newRoot, hashes, expected }) => {
    expect(await verifyConsistency(BigInt(from), BigInt(to), hex(oldRoot), hex(newRoot), hashes.map(hex))).toBe(expected);
  });

  it("a checkpoint with any bit changed is not taken", async () => {
    const whole = vectors.notes.find(({ name }) => name === "as signed");
    const key = await logKey(whole?.key ?? "");
    const note = utf8(whole?.note ?? "");
    for (let i = 0; i < 8 * note.length; i++) {
      const changed = note.slice();
      changed[i >> 3] = (changed[i >> 3] ?? 0) ^ (1 << (i & 7));
      expect(await openCheckpoint(changed, key), `bit ${i}`).toHaveProperty("failure");
    }
  });
});
