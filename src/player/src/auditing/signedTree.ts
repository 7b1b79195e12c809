import type { Bytes } from "../verify/bytes.js";
import type { Checkpoint } from "../verify/log/checkpoint.js";
import { hashInTile, locate } from "../verify/log/tiles.js";
import { consistencyRanges, hashOf, type LeafRange, type NodeAddress, siblingsOf } from "../verify/log/treeShape.js";
import type { LogSource } from "./logSource.js";

const maxRemembered = 8192;

/** The tree under one checkpoint, read from hash tiles. Nothing read is believed before it hashes to the checkpoint's root. */
export class SignedTree {
  readonly #nodes = new Map<string, Promise<Bytes>>();

  constructor(
    readonly source: LogSource,
    readonly checkpoint: Checkpoint,
  ) {}

  /** Forgets what was read, so that it is read again. */
  forget(): void {
    this.#nodes.clear();
  }

  /** Siblings on the way from a leaf to the root. */
  path(index: bigint): Promise<Bytes[]> {
    return this.#hashes(siblingsOf(index, this.checkpoint.size));
  }

  /** What proves that the first `from` leaves are the beginning. */
  consistency(from: bigint): Promise<Bytes[]> {
    return this.#hashes(consistencyRanges(from, this.checkpoint.size));
  }

  /** Hash over the first `size` leaves: the root of the log when it had that many. */
  rootOf(size: bigint): Promise<Bytes> {
    return hashOf({ start: 0n, end: size }, this.#read);
  }

  /** The leaf hash that the log's tile has at an index. */
  leaf(index: bigint): Promise<Bytes> {
    return this.#read({ level: 0, index });
  }

  #hashes(ranges: readonly LeafRange[]): Promise<Bytes[]> {
    return Promise.all(ranges.map((range) => hashOf(range, this.#read)));
  }

  readonly #read = (node: NodeAddress): Promise<Bytes> => {
    const name = `${node.level}/${node.index}`;
    const known = this.#nodes.get(name);
    if (known) return known;
    const at = locate(this.checkpoint.size, node);
    if (!at) throw new RangeError(`the tree has no full node ${name}`);
    const hash = this.source.tile(at.tile).then((tile) => hashInTile(tile, at.offset, at.count));
    if (this.#nodes.size >= maxRemembered) this.#nodes.clear();
    this.#nodes.set(name, hash);
    hash.catch(() => this.#nodes.delete(name));
    return hash;
  };
}
