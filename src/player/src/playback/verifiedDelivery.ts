import type { Bytes } from "../verify/bytes.js";
import type { CheckFailure } from "../verify/failure.js";
import { maxRecordFileLength, maxSegmentLength } from "../verify/segmentRecord.js";
import type { FetchTimes } from "../swarm/origin.js";
import type { VerifierClient } from "../worker/client.js";
import type { Answer, AskedSlot } from "../worker/messages.js";
import { HttpOrigin } from "../swarm/httpOrigin.js";
import { fetchBounded, TooLongError } from "../network/fetchBounded.js";
import { type Broadcast, parseInitUrl, parseSegmentUrl } from "./liveUrls.js";
import type { Swarm } from "../swarm/swarm.js";
import type { Delivered } from "../swarm/swarmParts.js";
import { AtOnce } from "./atOnce.js";
import type { Download } from "./download.js";
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
  /** There is none yet, and will be. */
  expectsSwarm = false;
  readonly #atOnce = new AtOnce(() => this.swarm, () => this.expectsSwarm);

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
    const over = new AbortController();
    const signal = AbortSignal.any([progress.signal, over.signal]);
    try {
      const swarmed = await this.#fromSwarm(asked, { ...progress, signal }, check);
      const answer = swarmed ?? (await this.#fromEither(url, slot.recordUrl, asked, { ...progress, signal }, check));
      this.#atOnce.noteLength(slot.track, answer.bytes.length);
      this.log.good({ ...slot, byteLength: answer.bytes.length, milliseconds: answer.milliseconds });
      return answer.bytes;
    } finally {
      // Whatever else was under way for it is given up.
      over.abort();
    }
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

  // Undefined whenever it does not come to a good verdict: then it is loaded as ever. What has come by then is kept, in case that goes slowly.
  async #fromSwarm(slot: Required<AskedSlot>, { neededIn = 0, signal, onSwarmed, onTurned }: Progress, check: Check): Promise<Checked | undefined> {
    const { swarm } = this;
    if (!swarm?.isUp || neededIn < swarmFromMs || slot.epoch === undefined) return undefined;
    this.#atOnce.tellSwarm();
    try {
      const coming = swarm.segment({ ...slot, epoch: slot.epoch }, performance.now() + neededIn - marginMs, signal);
      coming.catch(() => undefined);
      const late = new Promise<undefined>((resolve) => setTimeout(resolve, neededIn + patienceMs));
      const delivered = await Promise.race([coming, late]);
      const checked = delivered && (await this.#check(delivered, check, onSwarmed));
      if (!checked) onTurned();
      return checked;
    } catch (error) {
      if (signal.aborted) throw error;
      onTurned();
      return undefined;
    }
  }

  #fromEither(url: string, recordUrl: string, slot: Required<AskedSlot>, progress: Progress, check: Check): Promise<Checked> {
    const { epoch } = slot;
    const load = (signal: AbortSignal, download?: Download) => this.#fetchAndAsk(url, recordUrl, maxSegmentLength, slot, { ...progress, signal }, check, download);
    if (epoch === undefined) return load(progress.signal);
    return this.#atOnce.segment({
      slot: { ...slot, epoch }, signal: progress.signal, load,
      range: (from, to, signal) => new HttpOrigin(`${this.origin}/live/${this.broadcast.id}`, signal).range(slot, from, to),
      check: (delivered) => this.#check(delivered, check, progress.onSwarmed),
    });
  }

  // Its buffer goes to the worker and comes back with the verdict.
  async #check({ bytes, record, origin }: Delivered, check: Check, onSwarmed: Progress["onSwarmed"]): Promise<Checked | undefined> {
    const { length } = bytes;
    const checked = good(await check(bytes, record.slice()));
    if (checked) onSwarmed(length, origin);
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
    download?: Download,
  ): Promise<Checked> {
    const standing = this.#refused.get(url);
    if (standing) throw standing;

    let failure: CheckFailure = { code: "record-malformed" };
    for (const cache of ["default", "reload"] as const) {
      // The record goes to the worker with the segment: neighbours get a copy, once it was good.
      let copy: Bytes | undefined;
      const answer = await this.#attempt(url, recordUrl, limit, cache, progress, download, (bytes, record) => {
        copy = download && record.slice();
        return ask(bytes, record);
      });
      if (answer.verdict === "fault") throw new Error(answer.message);
      const checked = good(answer);
      const { swarm } = this;
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
    download: Download | undefined,
    ask: Check,
  ): Promise<Answer> {
    const { signal } = progress;
    const keep = (record: Bytes) => {
      if (download) download.record = record.slice();
      return record;
    };
    try {
      const [bytes, record] = await Promise.all([
        (download ? download.load(url, limit, { ...progress, cache }) : fetchBounded(url, limit, { ...progress, cache })).catch(asVerdict("segment-length")),
        fetchBounded(recordUrl, maxRecordFileLength, { signal, cache }).then(keep).catch(asVerdict("record-malformed")),
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
