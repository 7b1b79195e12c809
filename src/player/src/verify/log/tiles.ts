import type { Bytes } from "../bytes.js";
import { nodeHash } from "../merkle.js";
import type { NodeAddress } from "./treeShape.js";

/** Hashes or entries in a full tile. */
export const fullWidth = 256;

/** Longest entry in bytes: what a bundle's length prefix can say. */
export const maxEntryLength = 65_535;

/** Longest entry bundle in bytes. */
export const maxBundleLength = fullWidth * (2 + maxEntryLength);

/** A tile of C2SP tlog-tiles: hashes of a level, or entries. */
export interface Tile {
  readonly level: number | "entries";
  readonly index: bigint;
  /** 1 to 256; below 256 it is partial. */
  readonly width: number;
}

/** The path relative to the log's prefix, e.g. `tile/0/x001/x234/067.p/12`. */
export function tilePath({ level, index, width }: Tile): string {
  const groups: string[] = [];
  let rest = index;
  do {
    groups.unshift((rest % 1000n).toString().padStart(3, "0"));
    rest /= 1000n;
  } while (rest > 0n);
  const number = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  return `tile/${level}/${number}${width === fullWidth ? "" : `.p/${width}`}`;
}

/** Width of tile `index` of a level in a tree of this size: 0 (not there), or 1 to 256. Entry bundles are as level 0. */
export function tileWidth(size: bigint, level: number, index: bigint): number {
  const left = (size >> BigInt(8 * level)) - index * 256n;
  return left <= 0n ? 0 : left >= 256n ? fullWidth : Number(left);
}

/** Which tile holds a node's hash, or the hashes below it, and where: `count` hashes from `offset`. Undefined if the node is not full in a tree of this size. */
export function locate(size: bigint, node: NodeAddress): { tile: Tile; offset: number; count: number } | undefined {
  const level = Math.floor(node.level / 8);
  // A tile's 256 hashes hold 7 levels above them too, which are computed and not stored.
  const below = node.level % 8;
  const first = node.index << BigInt(below);
  const [index, offset, count] = [first / 256n, Number(first % 256n), 1 << below];
  const width = tileWidth(size, level, index);
  return offset + count <= width ? { tile: { level, index, width }, offset, count } : undefined;
}

/** Hash over `count` (a power of two) hashes of a tile, from `offset`. */
export async function hashInTile(tile: Bytes, offset: number, count: number): Promise<Bytes> {
  if (count === 1) return tile.slice(32 * offset, 32 * (offset + 1));
  const half = count / 2;
  const [left, right] = await Promise.all([hashInTile(tile, offset, half), hashInTile(tile, offset + half, half)]);
  return nodeHash(left, right);
}

/** The entries of a bundle, each after its length in 16 bits; undefined if it does not hold just `width` of them. */
export function parseBundle(bundle: Bytes, width: number): Bytes[] | undefined {
  const view = new DataView(bundle.buffer, bundle.byteOffset, bundle.byteLength);
  const entries: Bytes[] = [];
  for (let at = 0; at < bundle.length; ) {
    if (entries.length === width || bundle.length - at < 2) return undefined;
    const end = at + 2 + view.getUint16(at);
    if (end > bundle.length) return undefined;
    entries.push(bundle.slice(at + 2, end));
    at = end;
  }
  return entries.length === width ? entries : undefined;
}
