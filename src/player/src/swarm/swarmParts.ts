import type { Admission, Platform } from "../peering/admission.js";
import type { FraudVerdict } from "../peering/fraudProof.js";
import type { LinkSelf } from "../peering/linkHandshake.js";
import type { SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { LinkEnd } from "./linkSession.js";
import type { FetchTimes } from "./origin.js";
import type { SeededRandom } from "./random.js";
import type { SegmentFacts } from "./recordBook.js";
import type { Revocations } from "./revocations.js";

/** The origin as the swarm uses it. */
export interface SwarmOrigin {
  record(segment: SegmentName): Promise<Bytes>;
  /** Bytes `from` to just before `to`. */
  range(segment: SegmentName, from: number, to: number): Promise<{ readonly bytes: Bytes; readonly firstByteMs: number }>;
}

export interface SwarmParts {
  readonly self: LinkSelf;
  readonly platform: Platform;
  readonly platformTime: () => number;
  readonly revocations: Revocations;
  readonly origin: SwarmOrigin;
  readonly readRecord: (file: Bytes, segment: SegmentName) => Promise<SegmentFacts | undefined>;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly maxBytes: number;
  /** Most bytes per ms that may be sent to others, whatever the line bears. */
  readonly uploadRate: number;
  /** Somebody is proved to have lied; with the proof, for the platform. `isOurs`: of what came here. */
  readonly proved?: (verdict: Exclude<FraudVerdict, { convicts?: undefined }>, proof: Bytes, isOurs: boolean) => void;
}

/** Bytes that came, by where from, and what was refused. */
export interface SwarmCounts {
  origin: number;
  peers: number;
  /** Of those from peers, what came from relays. */
  relays: number;
  goodChunks: number;
  badChunks: number;
}

export interface FetchedChunk {
  readonly chunk: number;
  readonly bytes: Bytes;
}

/** What a download from the origin brought that was given up. */
export interface BrokenOff {
  /** The segment's record, checked. */
  readonly facts: SegmentFacts;
  /** Not checked. */
  readonly chunks: readonly FetchedChunk[];
  readonly took: FetchTimes;
}

/** A whole segment as it came, and what of it the origin gave. */
export interface Delivered {
  readonly bytes: Bytes;
  readonly record: Bytes;
  readonly origin: FetchTimes;
}

/** Hears how a link goes that was attached. */
export interface LinkWatch {
  readonly up?: (other: Admission) => void;
  readonly down?: (why: LinkEnd) => void;
}
