import { chunkSize, maxPiece, maxRun, type NoReason } from "../peering/messages.js";
import type { SegmentName } from "../peering/segmentName.js";
import type { Bytes } from "../verify/bytes.js";
import type { ChunkSpan } from "./actions.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { Service } from "./service.js";
import type { SegmentStore } from "./segmentStore.js";
import type { Statement } from "./statementBook.js";
import type { UploadCredit } from "./uploadCredit.js";
import type { Uplink } from "./uplink.js";
import { UploadTurns } from "./uploadTurns.js";

/** With so much in a channel that has not left, nothing more is taken on: it is far behind what it was given. */
const maxBacklog = 2 ** 18;
/** Requests of one neighbour that may be under way: a window has half as many chunks. */
const maxOfOne = 256;
const lookAgainMs = 20;
/** A line that stays full for so long will not have these chunks in time for anybody. */
const longestFullMs = 2_000;
/** On a slow line a message is what it takes in this time, so that the last one is out soon. */
const runMs = 250;
/** Told to stop, a channel has so long to let go of what it holds. What it closes then is gone within half a second more. */
const lettingGoMs = 450;
/** Anything but chunks is less. */
const noChunk = 8_192;

interface Sending {
  readonly link: LinkSession;
  readonly request: number;
  readonly segment: SegmentName;
  readonly first: number;
  readonly chunks: readonly Bytes[];
  readonly statements: readonly Bytes[];
  next: number;
}

/** When bytes may go out. */
interface Slot {
  readonly from: number;
  readonly until: number;
}

/** What neighbours asked for, sent a run at a time as the gate and the line let it out. */
export class Uploads {
  readonly #underWay = new Map<LinkSession, Map<number, Sending>>();
  /** Links that something was sent over since it was last forbidden. */
  readonly #used = new Set<LinkSession>();
  readonly #turns = new UploadTurns<LinkSession>();
  #isOn = true;
  /** Bytes of chunks that went out. */
  sent = 0;

  constructor(
    private readonly store: SegmentStore,
    private readonly uplink: Uplink,
    private readonly credit: UploadCredit,
    private readonly clock: Clock,
    /** What is stated of a chunk with these bytes; undefined without its record. */
    private readonly state: (segment: SegmentName, chunk: number, bytes: Bytes) => Statement | undefined,
    /** Who gives no receipts gets nothing more. */
    private readonly service: Pick<Service, "isPaid" | "sent">,
  ) {}

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether anything is sent. Turned off, what was promised already is not sent either, and who waits for it hears so. */
  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    if (isOn) return;
    for (const [link, sendings] of this.#underWay) {
      for (const [request, sending] of sendings) {
        link.send({ type: "no", request, reason: 3 });
        this.credit.giveBack(leftOf(sending));
      }
    }
    this.#underWay.clear();
    this.#turns.clear();
    this.uplink.gate.clear();
    const used = [...this.#used];
    this.#used.clear();
    // What a channel holds cannot be taken back: on a line that is slower than it seemed it goes with the channel.
    this.clock.after(lettingGoMs, () => this.#isOn || used.forEach((link) => link.isUp && link.backlog > noChunk && link.leave(1, "slow")));
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
    if (!this.service.isPaid(link)) return no(2);
    const chunks = this.store.read(segment, span);
    if (!chunks) return no(1);
    const bytes = lengthOf(chunks);
    const slot = this.#inTurn(link, bytes);
    if (!slot) return no(2);

    const stated = chunks.map((chunk, n) => this.state(segment, span.first + n, chunk));
    const sending: Sending = { link, request, segment, first: span.first, chunks, statements: [], next: 0 };
    mine.set(request, sending);
    this.#underWay.set(link, mine);
    if (stated.every((statement) => statement instanceof Uint8Array)) this.#begin({ ...sending, statements: stated }, slot);
    else void Promise.all(stated).catch(() => []).then((signed) => this.#signed(sending, segment, signed, slot));
  }

  // They were signed for the first time: meanwhile the link may have gone, or the request.
  #signed(sending: Sending, segment: SegmentName, signed: readonly (Bytes | undefined)[], slot: Slot): void {
    const { link, request, chunks } = sending;
    if (this.#underWay.get(link)?.get(request) !== sending) return;
    const statements = signed.filter((statement) => statement !== undefined);
    if (statements.length === chunks.length) {
      this.#begin({ ...sending, statements }, slot);
      return;
    }
    // Not what the record says any more: nobody gets it.
    this.store.discard(segment);
    this.#underWay.get(link)?.delete(request);
    this.credit.giveBack(lengthOf(chunks));
    link.send({ type: "no", request, reason: 1 });
  }

  #begin(sending: Sending, slot: Slot): void {
    const { link, request, chunks } = sending;
    this.#underWay.get(link)?.set(request, sending);
    const perByte = (slot.until - slot.from) / lengthOf(chunks);
    const run = this.#run;
    let before = 0;
    for (let first = 0; first < chunks.length; first += run) {
      this.clock.after(Math.max(0, slot.from + before * perByte - this.clock.now), () => this.#send(sending, run, this.clock.now));
      before += lengthOf(chunks.slice(first, first + run));
    }
  }

  /** Answers a request for a record or an init segment; undefined: it is not here. */
  pieces(link: LinkSession, request: number, file: Bytes | undefined): void {
    const no = (reason: NoReason) => link.send({ type: "no", request, reason });
    if (!this.#isOn) return no(3);
    if (!file) return no(1);
    if (!this.#take(link, file.length)) return no(2);
    for (let offset = 0; offset < file.length; offset += maxPiece) {
      link.send({ type: "piece", request, total: file.length, offset, bytes: file.subarray(offset, offset + maxPiece) });
    }
  }

  cancel(link: LinkSession, request: number): void {
    const sending = this.#underWay.get(link)?.get(request);
    if (!sending) return;
    this.#giveBack(sending);
    this.#underWay.get(link)?.delete(request);
  }

  down(link: LinkSession): void {
    for (const sending of this.#underWay.get(link)?.values() ?? []) this.#giveBack(sending);
    this.#underWay.delete(link);
    this.#used.delete(link);
    this.#turns.over(link);
  }

  // A place on the line that nobody uses is another's: else who was given up for slow would be busy with nothing.
  #giveBack(sending: Sending): void {
    const left = leftOf(sending);
    this.credit.giveBack(left);
    this.uplink.gate.giveBack(left);
  }

  // As below, if nobody has waited longer for it. A line that has nothing to do waits for nobody, nor does anybody for one whose own channel is full.
  #inTurn(link: LinkSession, bytes: number): Slot | undefined {
    const { now } = this.clock;
    const slot = this.uplink.gate.isFree(now) || !this.#turns.isAnothers(link, now) ? this.#take(link, bytes) : undefined;
    if (slot) this.#turns.over(link);
    else if (link.backlog <= maxBacklog) this.#turns.refused(link, now);
    return slot;
  }

  // When so many bytes may go out; undefined if they may not.
  #take(link: LinkSession, bytes: number): Slot | undefined {
    if (link.backlog > maxBacklog || !this.credit.tryTake(bytes)) return undefined;
    const slot = this.uplink.gate.tryTake(bytes, this.clock.now);
    if (!slot) {
      this.credit.giveBack(bytes);
      return undefined;
    }
    this.uplink.uses(link);
    this.#used.add(link);
    return slot;
  }

  /** Chunks of a message. */
  get #run(): number {
    return Math.min(maxRun, Math.max(1, Math.floor((runMs * this.uplink.allowed) / chunkSize)));
  }

  // The next run of a request, once the line has room for it.
  #send(sending: Sending, count: number, since: number): void {
    const { link, request } = sending;
    const mine = this.#underWay.get(link);
    if (!link.isUp || mine?.get(request) !== sending) return;
    if (this.uplink.isFull(link)) {
      if (this.clock.now - since < longestFullMs) {
        this.clock.after(lookAgainMs, () => this.#send(sending, count, since));
        return;
      }
      mine.delete(request);
      this.#giveBack(sending);
      link.send({ type: "no", request, reason: 2 });
      return;
    }
    const run = sending.chunks.slice(sending.next, sending.next + count);
    link.send({ type: "chunks", request, first: sending.first + sending.next, chunks: run, statements: sending.statements.slice(sending.next, sending.next + count) });
    this.uplink.uses(link);
    this.service.sent(link, sending.segment, sending.first + sending.next, run.length, lengthOf(run));
    sending.next += count;
    this.sent += lengthOf(run);
    if (sending.next >= sending.chunks.length) mine.delete(request);
  }
}

function lengthOf(chunks: readonly Bytes[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function leftOf({ chunks, next }: Sending): number {
  return lengthOf(chunks.slice(next));
}
