import { maxRun, type NoReason } from "../peering/messages.js";
import type { SegmentName } from "../peering/segmentName.js";
import type { ChunkSpan } from "./actions.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";
import type { SegmentStore } from "./segmentStore.js";
import type { UploadGate } from "./uploadGate.js";

/** Requests of one neighbour that may be under way: a window has half as many chunks. */
const maxOfOne = 256;

/** What neighbours asked for, sent a run at a time as the gate lets it out. */
export class Uploads {
  readonly #underWay = new Map<LinkSession, Set<number>>();
  isOn = true;
  /** Bytes of chunks that went out. */
  sent = 0;

  constructor(
    private readonly store: SegmentStore,
    private readonly gate: UploadGate,
    private readonly clock: Clock,
  ) {}

  /** Answers a request: with chunks, or with a no. */
  want(link: LinkSession, request: number, segment: SegmentName, span: ChunkSpan): void {
    const mine = this.#underWay.get(link) ?? new Set();
    if (mine.has(request) || mine.size >= maxOfOne) {
      link.cut("too-much");
      return;
    }
    const no = (reason: NoReason) => link.send({ type: "no", request, reason });
    if (!this.isOn) return no(3);
    const chunks = this.store.read(segment, span);
    if (!chunks) return no(1);
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    const slot = this.gate.tryTake(bytes, this.clock.now);
    if (!slot) return no(2);

    mine.add(request);
    this.#underWay.set(link, mine);
    const perByte = (slot.until - slot.from) / bytes;
    let before = 0;
    for (let first = 0; first < span.count; first += maxRun) {
      const run = chunks.slice(first, first + maxRun);
      this.clock.after(slot.from + before * perByte - this.clock.now, () => {
        if (!link.isUp || !mine.has(request)) return;
        link.send({ type: "chunks", request, first: span.first + first, chunks: run });
        this.sent += run.reduce((sum, { length }) => sum + length, 0);
        if (first + maxRun >= span.count) mine.delete(request);
      });
      before += run.reduce((sum, { length }) => sum + length, 0);
    }
  }

  cancel(link: LinkSession, request: number): void {
    this.#underWay.get(link)?.delete(request);
  }

  down(link: LinkSession): void {
    this.#underWay.delete(link);
  }
}

