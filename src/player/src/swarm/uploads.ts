import { maxPiece, maxRun, type NoReason } from "../peering/messages.js";
import type { SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { ChunkSpan } from "./actions.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { SegmentStore } from "./segmentStore.js";
import type { UploadGate } from "./uploadGate.js";

/** Requests of one neighbour that may be under way: a window has half as many chunks. */
const maxOfOne = 256;
/** With so much in a channel that has not left, the line is full: more would only make everything later. */
const maxBacklog = 2 ** 18;
const lookAgainMs = 20;
/** A line that stays full for so long will not have these chunks in time for anybody. */
const longestFullMs = 2_000;

interface Sending {
  readonly link: LinkSession;
  readonly request: number;
  readonly first: number;
  readonly chunks: readonly Bytes[];
  next: number;
}

/** What neighbours asked for, sent a run at a time as the gate and the line let it out. */
export class Uploads {
  readonly #underWay = new Map<LinkSession, Map<number, Sending>>();
  #isOn = true;
  /** Bytes of chunks that went out. */
  sent = 0;

  constructor(
    private readonly store: SegmentStore,
    private readonly gate: UploadGate,
    private readonly clock: Clock,
  ) {}

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether anything is sent. Turned off, what was promised already is not sent either, and who waits for it hears so. */
  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    if (isOn) return;
    for (const [link, sendings] of this.#underWay) for (const request of sendings.keys()) link.send({ type: "no", request, reason: 3 });
    this.#underWay.clear();
    this.gate.clear();
  }

  /** Answers a request: with chunks, or with a no. */
  want(link: LinkSession, request: number, segment: SegmentName, span: ChunkSpan): void {
    const mine = this.#underWay.get(link) ?? new Map<number, Sending>();
    if (mine.has(request) || mine.size >= maxOfOne) {
      link.cut("too-much");
      return;
    }
    const no = (reason: NoReason) => link.send({ type: "no", request, reason });
    if (!this.#isOn) return no(3);
    const chunks = this.store.read(segment, span);
    if (!chunks) return no(1);
    if (link.backlog > maxBacklog) return no(2);
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    const slot = this.gate.tryTake(bytes, this.clock.now);
    if (!slot) return no(2);

    const sending: Sending = { link, request, first: span.first, chunks, next: 0 };
    mine.set(request, sending);
    this.#underWay.set(link, mine);
    const perByte = (slot.until - slot.from) / bytes;
    let before = 0;
    for (let first = 0; first < span.count; first += maxRun) {
      this.clock.after(slot.from + before * perByte - this.clock.now, () => this.#send(sending, this.clock.now));
      before += chunks.slice(first, first + maxRun).reduce((sum, { length }) => sum + length, 0);
    }
  }

  /** Answers a request for a record or an init segment; undefined: it is not here. */
  pieces(link: LinkSession, request: number, file: Bytes | undefined): void {
    const no = (reason: NoReason) => link.send({ type: "no", request, reason });
    if (!this.#isOn) return no(3);
    if (!file) return no(1);
    if (link.backlog > maxBacklog || !this.gate.tryTake(file.length, this.clock.now)) return no(2);
    for (let offset = 0; offset < file.length; offset += maxPiece) {
      link.send({ type: "piece", request, total: file.length, offset, bytes: file.subarray(offset, offset + maxPiece) });
    }
  }

  cancel(link: LinkSession, request: number): void {
    this.#underWay.get(link)?.delete(request);
  }

  down(link: LinkSession): void {
    this.#underWay.delete(link);
  }

  // The next run of a request, once the line has room for it.
  #send(sending: Sending, since: number): void {
    const { link, request } = sending;
    const mine = this.#underWay.get(link);
    if (!link.isUp || mine?.get(request) !== sending) return;
    if (link.backlog > maxBacklog) {
      if (this.clock.now - since < longestFullMs) {
        this.clock.after(lookAgainMs, () => this.#send(sending, since));
        return;
      }
      mine.delete(request);
      link.send({ type: "no", request, reason: 2 });
      return;
    }
    const run = sending.chunks.slice(sending.next, sending.next + maxRun);
    link.send({ type: "chunks", request, first: sending.first + sending.next, chunks: run });
    sending.next += maxRun;
    this.sent += run.reduce((sum, { length }) => sum + length, 0);
    if (sending.next >= sending.chunks.length) mine.delete(request);
  }
}
