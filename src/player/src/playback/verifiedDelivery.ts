import type { Bytes } from "../verify/bytes.js";
import type { CheckFailure } from "../verify/failure.js";
import { maxRecordFileLength, maxSegmentLength } from "../verify/segmentRecord.js";
import type { FetchTimes } from "../swarm/origin.js";
import type { VerifierClient } from "../worker/client.js";
import type { Answer, AskedSlot } from "../worker/messages.js";
import { fetchBounded, TooLongError } from "../network/fetchBounded.js";
import { type Broadcast, parseInitUrl, parseSegmentUrl } from "./liveUrls.js";
import type { Swarm } from "../swarm/swarm.js";
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
  /** It came from the swarm: of how many bytes the origin gave how many, and in what time. */
  readonly onSwarmed: (length: number, origin: FetchTimes) => void;
  /** The swarm came with nothing: the origin is asked from now on. */
  readonly onTurned: () => void;
  /** Milliseconds until the player has played up to it; undefined where it is wanted at once. */
  readonly neededIn?: number | undefined;
}

const silent = { onHeaders: () => undefined, onBytes: () => undefined, onArrived: () => undefined, onSwarmed: () => undefined, onTurned: () => undefined };

/** What is needed sooner comes from the origin at once, as at the start and after a seek. */
const swarmFromMs = 2000;
/** Checking, unpacking and decoding take a moment too. */
const marginMs = 400;
/** The swarm asks the origin itself in time. If it comes with nothing all the same, it is done without. */
const patienceMs = 1500;
/** An origin that takes longer for what is needed at once is crowded, and neighbours are asked too. */
const slowMs = 500;
const lookAgainMs = 100;
/** Of these the swarm leaves the origin alone for a while, which is asked already. */
const crowdedMs = 8000;

/**
 * The only way bytes reach the player library: each segment is fetched with its record and checked in the worker first.
 * A failure is tried once more past every cache, then stands for as long as the page does: asking again costs no request.
 */
export class VerifiedDelivery {
  readonly #refused = new Map<string, RefusedError>();
  /** Settles once an init segment was checked: hls.js loads it and the first segment after it at the same time. */
  readonly #inits = new Map<string, Promise<Bytes>>();
  /** Where neighbours have what is wanted. Whatever comes from there passes the same checks. */
  swarm: Swarm | undefined;

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
    this.swarm?.plays(slot.track);
    const check = async (bytes: Bytes, record: Bytes) => {
      await initChecked;
      return this.verifier.ask({ kind: "segment", initName: initUrl, bytes, record, slot: asked });
    };
    const swarmed = await this.#fromSwarm(asked, progress, check);
    const answer = swarmed ?? (await this.#fromEither(url, slot.recordUrl, asked, progress, check));
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
    const check = (bytes: Bytes, record: Bytes) => this.verifier.ask({ kind: "init", name: url, bytes, record, slot: asked });
    const answer = (await this.#initFromSwarm(asked, progress, check)) ?? (await this.#fetchAndAsk(url, witness.recordUrl, maxInitLength, asked, progress, check));
    this.swarm?.offerInit(answer.bytes);
    return answer.bytes;
  }

  // Undefined whenever it does not come to a good verdict: then it is loaded as ever.
  async #fromSwarm(slot: Required<AskedSlot>, { neededIn = 0, signal, onSwarmed, onTurned }: Progress, check: Check): Promise<Checked | undefined> {
    const { swarm } = this;
    if (!swarm?.isUp || neededIn < swarmFromMs || slot.epoch === undefined) return undefined;
    const over = new AbortController();
    const stop = () => over.abort();
    const timer = setTimeout(stop, neededIn + patienceMs);
    signal.addEventListener("abort", stop);
    try {
      const { bytes, record, origin } = await swarm.segment({ ...slot, epoch: slot.epoch }, performance.now() + neededIn - marginMs, over.signal);
      // Its buffer goes to the worker and comes back with the verdict.
      const { length } = bytes;
      const checked = good(await check(bytes, record.slice()));
      if (checked) onSwarmed(length, origin);
      else onTurned();
      return checked;
    } catch (error) {
      if (signal.aborted) throw error;
      onTurned();
      return undefined;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
    }
  }

  // At once from the origin. Where that is slow, as with a crowd at its door, or away, whoever is first gives it: neighbours may have it whole.
  async #fromEither(url: string, recordUrl: string, slot: Required<AskedSlot>, progress: Progress, check: Check): Promise<Checked> {
    const { swarm } = this;
    const over = new AbortController();
    const signal = AbortSignal.any([progress.signal, over.signal]);
    const fromOrigin = this.#fetchAndAsk(url, recordUrl, maxSegmentLength, slot, { ...progress, signal }, check, swarm);
    if (!swarm) return fromOrigin;
    try {
      return await Promise.any([fromOrigin, this.#fromSwarmToo(swarm, slot, { ...progress, signal }, check, fromOrigin)]);
    } catch {
      return await fromOrigin;
    } finally {
      over.abort();
    }
  }

  async #fromSwarmToo(swarm: Swarm, slot: Required<AskedSlot>, { signal, onSwarmed }: Progress, check: Check, fromOrigin: Promise<unknown>): Promise<Checked> {
    const { epoch } = slot;
    if (epoch === undefined) throw new Error("no segment of an epoch");
    const settled = fromOrigin.then(() => true, () => false);
    const isThere = await Promise.race([settled, new Promise<false>((resolve) => setTimeout(() => resolve(false), slowMs))]);
    if (isThere) throw new Error("it came from the origin");
    // The origin has failed, or is on its way yet: neighbours have so long, or as long as it takes.
    let isOver = false;
    void settled.then(() => setTimeout(() => (isOver = true), patienceMs));
    while (!swarm.isUp) {
      signal.throwIfAborted();
      if (isOver) throw new Error("neither the origin nor neighbours");
      await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
    }
    const inTime = new AbortController();
    void settled.then(() => setTimeout(() => inTime.abort(), patienceMs));
    const { bytes, record, origin } = await swarm.segment({ ...slot, epoch }, performance.now() + crowdedMs, AbortSignal.any([signal, inTime.signal]));
    const { length } = bytes;
    const checked = good(await check(bytes, record.slice()));
    if (!checked) throw new Error("not what was signed");
    onSwarmed(length, origin);
    return checked;
  }

  async #initFromSwarm(slot: Required<AskedSlot>, { signal }: Progress, check: Check): Promise<Checked | undefined> {
    if (!this.swarm?.isUp || slot.epoch === undefined) return undefined;
    try {
      const soon = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const found = await this.swarm.init({ ...slot, epoch: slot.epoch }, soon);
      return found && good(await check(found.bytes, found.record));
    } catch (error) {
      if (signal.aborted) throw error;
      return undefined;
    }
  }

  async #fetchAndAsk(
    url: string,
    recordUrl: string,
    limit: number,
    slot: AskedSlot,
    progress: Progress,
    ask: Check,
    swarm?: Swarm,
  ): Promise<Checked> {
    const standing = this.#refused.get(url);
    if (standing) throw standing;

    let failure: CheckFailure = { code: "record-malformed" };
    for (const cache of ["default", "reload"] as const) {
      // The record goes to the worker with the segment: neighbours get a copy, once it was good.
      let copy: Bytes | undefined;
      const answer = await this.#attempt(url, recordUrl, limit, cache, progress, (bytes, record) => {
        copy = swarm && record.slice();
        return ask(bytes, record);
      });
      if (answer.verdict === "fault") throw new Error(answer.message);
      const checked = good(answer);
      if (checked && copy && swarm && slot.epoch !== undefined) {
        const { epoch } = slot;
        swarm.elsewhere += checked.bytes.length;
        swarm.offer({ ...slot, epoch }, copy, checked.bytes.slice()).catch(() => undefined);
      }
      if (checked) return checked;
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
    ask: Check,
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

type Check = (bytes: Bytes, record: Bytes) => Promise<Answer>;

interface Checked {
  readonly bytes: Bytes;
  readonly milliseconds: number;
}

function good(answer: Answer): Checked | undefined {
  return answer.verdict === "good" && answer.bytes ? { bytes: answer.bytes, milliseconds: answer.milliseconds } : undefined;
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
