import { describe, expect, it } from "vitest";
import { openCheckpoint, parseCheckpoint } from "../../src/verify/log/checkpoint.js";
import { parseEntry } from "../../src/verify/log/ledgerEntry.js";
import { parseNote } from "../../src/verify/log/note.js";
import { parsePolicy } from "../../src/verify/log/policyText.js";
import { parseBundle } from "../../src/verify/log/tiles.js";
import { logKeyType, parseVkey } from "../../src/verify/log/vkey.js";
import { hex, readVectors } from "../vectors.js";

const { keys, notes, policies, entries } = readVectors<{
  keys: { vkey: string }[]; notes: { key: string; note: string; expected: string }[]; policies: { file: string }[]; entries: { bytes: string; fields: object | null }[];
}>("log.json");
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

/** Seeds cut, doubled, and with bytes changed. */
function* mutations(seeds: readonly Uint8Array[], count: number): Generator<Uint8Array<ArrayBuffer>> {
  const random = numbers(7);
  const below = (limit: number): number => random.next().value % Math.max(1, limit);
  for (let i = 0; i < count; i++) {
    let bytes = [...(seeds[below(seeds.length)] ?? [])];
    for (let changes = 1 + below(4); changes > 0; changes--) {
      const at = below(bytes.length);
      switch (below(5)) {
        case 0: bytes[at] = below(256); break;
        case 1: bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8)); break;
        case 2: bytes.splice(at, 1 + below(8)); break;
        case 3: bytes.splice(at, 0, ...bytes.slice(at, at + below(40))); break;
        default: bytes = bytes.slice(0, at);
      }
    }
    yield Uint8Array.from(bytes);
  }
}

describe("Whatever comes, a reader answers and does not throw", () => {
  it("notes and checkpoints", async () => {
    const key = await parseVkey(notes[0]?.key ?? "", logKeyType);
    if (!key) throw new Error("the vectors have no key");
    const seeds = notes.map(({ note }) => utf8(note));
    const genuine = new Set(notes.filter(({ expected }) => expected === "valid").map(({ note }) => note.split("\n\n")[0]));
    let opened = 0;
    for (const bytes of mutations(seeds, 4000)) {
      const note = parseNote(bytes);
      if (note) await parseCheckpoint(note.text);
      const result = await openCheckpoint(bytes, key);
      // Signatures of others may come and go; the text that opens is one that was signed.
      if ("checkpoint" in result && ++opened) expect(genuine.has(result.note.text.slice(0, -1))).toBe(true);
    }
    expect(opened).toBeGreaterThan(10);
  });

  it("keys and policies", async () => {
    for (const bytes of mutations(keys.map(({ vkey }) => utf8(vkey)), 1500)) await parseVkey(new TextDecoder().decode(bytes), logKeyType);
    for (const bytes of mutations(policies.map(({ file }) => utf8(file)), 1500)) await parsePolicy(bytes);
  });

  it("entries and bundles", () => {
    const seeds = entries.map(({ bytes }) => hex(bytes));
    let read = 0;
    for (const bytes of mutations(seeds, 20_000)) read += parseEntry(bytes) ? 1 : 0;
    expect(read).toBeGreaterThan(100);
    const bundle = new Uint8Array(seeds.flatMap((entry) => [entry.length >> 8, entry.length & 255, ...entry]));
    for (const bytes of mutations([bundle], 2000)) parseBundle(bytes, seeds.length);
  });
});
