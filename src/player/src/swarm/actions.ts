import type { SegmentName } from "../peering/segmentName.js";

/** Names a link within a page. */
export type LinkId = number;

/** Some of a segment's chunks, one after the other. */
export interface ChunkSpan {
  readonly first: number;
  readonly count: number;
}

/** The deadline of what the player has not asked for yet. A number, since deadlines are reckoned with. */
export const noDeadline = Number.MAX_SAFE_INTEGER;

/** A segment that the player will need. */
export interface WantedSegment {
  readonly segment: SegmentName;
  /** From its record. */
  readonly chunks: number;
  readonly byteLength: number;
  /** When all of it must be there, on the page's own clock in ms. */
  readonly deadline: number;
  /** The part of it that this peer is to bring in from the origin, as its tracker says; none for most. */
  readonly stripe?: ChunkSpan;
}

/** What the scheduler wants done. It does nothing itself. */
export type Action =
  | { readonly type: "ask"; readonly link: LinkId; readonly request: number; readonly segment: SegmentName; readonly span: ChunkSpan }
  | { readonly type: "cancel"; readonly link: LinkId; readonly request: number }
  /** From the origin, by Range. */
  | { readonly type: "fetch"; readonly segment: SegmentName; readonly span: ChunkSpan; readonly reason: FetchReason }
  /** Nothing comes of the link: it is closed, which is no offence. */
  | { readonly type: "leave"; readonly link: LinkId }
  /** The link is closed, and its peer's key is not linked with again. */
  | { readonly type: "cut"; readonly link: LinkId; readonly offence: Offence };

/** Why bytes come from the origin: this peer's part, nobody near has them, or time runs out. */
export type FetchReason = "stripe" | "alone" | "deadline";

/** What no honest peer does. */
export type Offence = "bad-chunk" | "bad-record" | "bad-init" | "bad-receipt" | "not-asked" | "too-much" | "unreadable";
