import type { Bytes } from "../verify/bytes.js";
import type { CheckFailure } from "../verify/failure.js";
import { maxRecordFileLength, maxSegmentLength } from "../verify/segmentRecord.js";
import type { VerifierClient } from "../worker/client.js";
import type { Answer, AskedSlot } from "../worker/messages.js";
import { fetchBounded, TooLongError } from "../network/fetchBounded.js";
import { type Broadcast, parseInitUrl, parseSegmentUrl } from "./liveUrls.js";
import type { VerificationLog } from "./verificationLog.js";

/** Longest init segment taken. Ours are under 2 kB. */
const maxInitLength = 2 ** 20;

/** A segment or init segment was refused: none of its bytes may be played. */
export class RefusedError extends Error {
  constructor(
    readonly failure: CheckFailure,
    readonly track: string,
    readonly sequence: number,
  ) {
    super(`${failure.code} at ${track}/${sequence}`);
  }
}

/** What a loader learns while a body arrives. */
export interface Progress {
  readonly signal: AbortSignal;
  readonly onHeaders: (length: number) => void;
  readonly onBytes: (loaded: number) => void;
  /** The last byte is there; checking begins. */
  readonly onArrived: (length: number) => void;
}

const silent = { onHeaders: () => undefined, onBytes: () => undefined, onArrived: () => undefined };

/**
 * The only way bytes reach the player library: each segment is fetched with its record and checked in the worker first.
 * A failure is tried once more past every cache, then stands for as long as the page does: asking again costs no request.
 */
export class VerifiedDelivery {
  readonly #refused = new Map<string, RefusedError>();
  /** Settles once an init segment was checked: hls.js loads it and the first segment after it at the same time. */
  readonly #inits = new Map<string, Promise<Bytes>>();

  constructor(
    private readonly broadcast: Broadcast,
    private readonly origin: string,
    private readonly verifier: VerifierClient,
    private readonly log: VerificationLog,
  ) {}

  /** @param listedAs The sequence number under which the playlist listed the segment; its record must agree. */
  async segment(url: string, listedAs: number, initUrl: string, progress: Progress): Promise<Bytes> {
    const slot = parseSegmentUrl(url, this.broadcast, this.origin);
    const init = parseInitUrl(initUrl, this.broadcast, this.origin);
    if (!slot || !init || slot.sequence !== listedAs || slot.track !== init.track) {
      throw this.#refuse(url, { code: "record-wrong-slot" }, slot?.track ?? "", listedAs);
    }
    const asked = { track: slot.track, sequence: slot.sequence, epoch: init.epoch };
    const initChecked = this.#inits.get(initUrl) ?? this.init(initUrl, url, { ...silent, signal: progress.signal });
    const answer = await this.#fetchAndAsk(url, slot.recordUrl, maxSegmentLength, asked, progress, async (bytes, record) => {
      await initChecked;
      return this.verifier.ask({ kind: "segment", initName: initUrl, bytes, record, slot: asked });
    });
    this.log.good({ ...slot, byteLength: answer.bytes.length, milliseconds: answer.milliseconds });
    return answer.bytes;
  }

  /** @param witnessUrl A listed segment that uses this init segment: its record vouches for it. */
  init(url: string, witnessUrl: string, progress: Progress): Promise<Bytes> {
    const checked = this.#init(url, witnessUrl, progress);
    this.#inits.set(url, checked);
    // One that did not arrive, or was given up by a level switch, is loaded anew.
    checked.catch(() => this.#inits.get(url) === checked && this.#inits.delete(url));
    return checked;
  }

  async #init(url: string, witnessUrl: string, progress: Progress): Promise<Bytes> {
    const init = parseInitUrl(url, this.broadcast, this.origin);
    const witness = parseSegmentUrl(witnessUrl, this.broadcast, this.origin);
    if (!init || !witness || init.track !== witness.track) throw this.#refuse(url, { code: "init-mismatch" }, init?.track ?? "", -1);
    const asked = { track: witness.track, sequence: witness.sequence, epoch: init.epoch };
    const answer = await this.#fetchAndAsk(url, witness.recordUrl, maxInitLength, asked, progress, (bytes, record) =>
      this.verifier.ask({ kind: "init", name: url, bytes, record, slot: asked }),
    );
    return answer.bytes;
  }

  async #fetchAndAsk(
    url: string,
    recordUrl: string,
    limit: number,
    slot: AskedSlot,
    progress: Progress,
    ask: (bytes: Bytes, record: Bytes) => Promise<Answer>,
  ): Promise<{ bytes: Bytes; milliseconds: number }> {
    const standing = this.#refused.get(url);
    if (standing) throw standing;

    let failure: CheckFailure = { code: "record-malformed" };
    for (const cache of ["default", "reload"] as const) {
      const answer = await this.#attempt(url, recordUrl, limit, cache, progress, ask);
      if (answer.verdict === "fault") throw new Error(answer.message);
      if (answer.verdict === "good" && answer.bytes) return { bytes: answer.bytes, milliseconds: answer.milliseconds };
      if (answer.verdict === "bad") failure = answer.failure;
      if (progress.signal.aborted) break;
    }
    throw this.#refuse(url, failure, slot.track, slot.sequence);
  }

  async #attempt(
    url: string,
    recordUrl: string,
    limit: number,
    cache: RequestCache,
    progress: Progress,
    ask: (bytes: Bytes, record: Bytes) => Promise<Answer>,
  ): Promise<Answer> {
    const { signal } = progress;
    try {
      const [bytes, record] = await Promise.all([
        fetchBounded(url, limit, { ...progress, cache }).catch(asVerdict("segment-length")),
        fetchBounded(recordUrl, maxRecordFileLength, { signal, cache }).catch(asVerdict("record-malformed")),
      ]);
      progress.onArrived(bytes.length);
      return await ask(bytes, record);
    } catch (error) {
      if (error instanceof OverlongError) return { verdict: "bad", milliseconds: 0, failure: { code: error.code } };
      throw error;
    }
  }

  #refuse(url: string, failure: CheckFailure, track: string, sequence: number): RefusedError {
    const standing = this.#refused.get(url);
    if (standing) return standing;
    const error = new RefusedError(failure, track, sequence);
    this.#refused.set(url, error);
    this.log.bad(failure, track, sequence);
    return error;
  }
}

/** A body longer than anything of its kind may be: fails the check on its length, without having been read to its end. */
class OverlongError extends Error {
  constructor(readonly code: "segment-length" | "record-malformed") {
    super(code);
  }
}

function asVerdict(code: OverlongError["code"]): (error: unknown) => never {
  return (error) => {
    throw error instanceof TooLongError ? new OverlongError(code) : error;
  };
}
