import type { Bytes } from "../verify/bytes.js";

/** Which chunks of a segment there are: chunk i is bit 7 − i mod 8 of byte i div 8. */
export function bitmapLength(chunks: number): number {
  return Math.ceil(chunks / 8);
}

export function hasBit(bitmap: Uint8Array, chunk: number): boolean {
  return ((bitmap[chunk >> 3] ?? 0) & (0x80 >> (chunk & 7))) !== 0;
}

export function setBit(bitmap: Uint8Array, chunk: number): void {
  bitmap[chunk >> 3] = (bitmap[chunk >> 3] ?? 0) | (0x80 >> (chunk & 7));
}

/** True for a bitmap that says something that "all" and "none" do not, and nothing of chunks behind the last. */
export function isSome(bitmap: Bytes, chunks: number): boolean {
  const spare = bitmap.length * 8 - chunks;
  const last = bitmap[bitmap.length - 1] ?? 0;
  if ((last & ((1 << spare) - 1)) !== 0 || bitmap.every((byte) => byte === 0)) return false;
  return last !== ((0xff << spare) & 0xff) || bitmap.subarray(0, -1).some((byte) => byte !== 0xff);
}
