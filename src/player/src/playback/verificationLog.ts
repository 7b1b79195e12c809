import type { CheckFailure, CheckName } from "../verify/failure.js";

/** A failed check as the viewer is told of it. */
export interface ReportedFailure {
  readonly code: CheckName;
  readonly chunk?: number | undefined;
  /** Empty for a failure of the certificate, which belongs to no track. */
  readonly track: string;
  /** −1 where there is none. */
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** One verified segment, for the plot. */
export interface VerifiedSegment {
  readonly track: string;
  readonly sequence: number;
  readonly byteLength: number;
  /** How long the checks took. */
  readonly milliseconds: number;
}

/** How much is kept for showing; the counts go on. */
const kept = 120;

/** What has been checked so far; the badge and the tests read it. */
export class VerificationLog {
  verified = 0;
  bytes = 0;
  failed = 0;
  /** The last ones, oldest first. */
  readonly failures: ReportedFailure[] = [];
  /** The last ones, oldest first. */
  readonly recent: VerifiedSegment[] = [];

  constructor(private readonly changed: () => void) {}

  good(segment: VerifiedSegment): void {
    this.verified++;
    this.bytes += segment.byteLength;
    keep(this.recent, segment);
    this.changed();
  }

  bad(failure: CheckFailure, track: string, sequence: number): void {
    this.failed++;
    keep(this.failures, { code: failure.code, chunk: failure.chunk, track, sequence, at: Date.now() });
    this.changed();
  }
}

function keep<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > kept) list.shift();
}
