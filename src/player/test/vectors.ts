import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bytes } from "../src/verify/bytes.js";
import { fromHex } from "../src/verify/bytes.js";

/** The folder that holds LiveLedger.slnx. */
export function repositoryRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "LiveLedger.slnx"))) folder = dirname(folder);
  return folder;
}

export function vectorPath(name: string): string {
  return join(repositoryRoot(), "tests", "Vectors", name);
}

/** A file of tests/Vectors. */
export function readVectors<T>(name: string): T {
  return JSON.parse(readFileSync(vectorPath(name), "utf8")) as T;
}

export function hex(text: string): Bytes {
  const bytes = fromHex(text);
  if (!bytes) throw new Error(`not hexadecimal: ${text}`);
  return bytes;
}

/** A segment as the vectors describe it. */
export interface SegmentRecipe {
  length: number;
  multiplier: number;
  offset: number;
  flip: { at: number; xor: number } | null;
}

export function segmentOf(recipe: SegmentRecipe): Bytes {
  const bytes = new Uint8Array(recipe.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i * recipe.multiplier + Math.floor(i / 251) + recipe.offset;
  const { flip } = recipe;
  if (flip) bytes[flip.at] = (bytes[flip.at] ?? 0) ^ flip.xor;
  return bytes;
}
