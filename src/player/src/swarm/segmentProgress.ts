import { chunkSize } from "../peering/messages.js";
import type { ChunkSpan, WantedSegment } from "./actions.js";

// What is known of a chunk; nothing of one that is not there and asked of nobody.
const here = 1;
const fromPeer = 2;
const fromOrigin = 4;

/** How far a wanted segment has come: what is there and checked, and what was asked for. */
export class SegmentProgress {
  readonly #chunks: Uint8Array;
  #missing: number;
  #open: number;
  #fromOrigin = 0;
  /** When all of it must be there. */
  deadline: number;
  /** The part that this peer brings in from the origin. */
  stripe: ChunkSpan | undefined;

  constructor(readonly wanted: WantedSegment) {
    this.#chunks = new Uint8Array(wanted.chunks);
    this.#missing = this.#open = wanted.chunks;
    this.deadline = wanted.deadline;
    this.stripe = wanted.stripe;
  }

  get isWhole(): boolean {
    return this.#missing === 0;
  }

  /** Bytes that are not there yet, as if all chunks were full. */
  get missingBytes(): number {
    return this.#missing * chunkSize;
  }

  /** Chunks that are not there and asked of nobody. */
  get open(): number {
    return this.#open;
  }

  /** Chunks that are under way from the origin. */
  get fromOrigin(): number {
    return this.#fromOrigin;
  }

  has(chunk: number): boolean {
    return ((this.#chunks[chunk] ?? 0) & here) !== 0;
  }

  /** A checked chunk; false if it was there already, or is none of the segment's. */
  take(chunk: number): boolean {
    if (chunk < 0 || chunk >= this.wanted.chunks || this.has(chunk)) return false;
    this.#set(chunk, here, true);
    this.#missing--;
    return true;
  }

  askedPeer(chunk: number, asked: boolean): void {
    this.#set(chunk, fromPeer, asked);
  }

  askedOrigin(chunk: number, asked: boolean): void {
    this.#set(chunk, fromOrigin, asked);
  }

  /** Not there, and asked of nobody. */
  isOpen(chunk: number): boolean {
    return this.#chunks[chunk] === 0;
  }

  /** Not there, nor on its way from the origin. */
  lacksOrigin(chunk: number): boolean {
    const state = this.#chunks[chunk];
    return state !== undefined && (state & (here | fromOrigin)) === 0;
  }

  /** The spans of chunks that a question holds for, none longer than `longest`. */
  spans(holds: (chunk: number) => boolean, longest = Number.POSITIVE_INFINITY, within: ChunkSpan = { first: 0, count: this.wanted.chunks }): ChunkSpan[] {
    const found: ChunkSpan[] = [];
    const end = Math.min(within.first + within.count, this.wanted.chunks);
    for (let first = Math.max(0, within.first); first < end; first++) {
      if (!holds(first)) continue;
      let count = 1;
      while (first + count < end && count < longest && holds(first + count)) count++;
      found.push({ first, count });
      first += count - 1;
    }
    return found;
  }

  #set(chunk: number, bit: number, on: boolean): void {
    const before = this.#chunks[chunk];
    if (before === undefined) return;
    const after = on ? before | bit : before & ~bit;
    this.#chunks[chunk] = after;
    this.#open += Number(after === 0) - Number(before === 0);
    this.#fromOrigin += Number((after & fromOrigin) !== 0) - Number((before & fromOrigin) !== 0);
  }
}
