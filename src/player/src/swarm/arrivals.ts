import { maxHeld, type PeerMessage } from "../peering/messages.js";
import type { SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { leafHash } from "../verify/merkle.js";
import type { Action, Offence } from "./actions.js";
import type { ChunkScheduler } from "./chunkScheduler.js";
import type { Clock } from "./clock.js";
import type { CrossCheck } from "./crossCheck.js";
import type { Deliveries } from "./deliveries.js";
import type { Frauds } from "./frauds.js";
import type { InitBook } from "./initBook.js";
import type { LinkSession } from "./linkSession.js";
import type { Pieces } from "./pieces.js";
import type { RecordBook, SegmentFacts } from "./recordBook.js";
import type { Service } from "./service.js";
import type { SwarmCounts } from "./swarmParts.js";
import type { Uploads } from "./uploads.js";

/** What is on its way when a neighbour is doubted. */
const mostDoubted = 2 ** 18;

export interface ArrivalParts {
  readonly clock: Clock;
  readonly counts: SwarmCounts;
  readonly scheduler: ChunkScheduler;
  readonly records: RecordBook;
  readonly inits: InitBook;
  readonly pieces: Pieces;
  readonly uploads: Uploads;
  readonly service: Service;
  readonly deliveries: Deliveries;
  readonly frauds: Frauds;
  readonly crossCheck: CrossCheck;
  /** A chunk that has the leaf of the signed record. */
  readonly keep: (segment: SegmentName, chunk: number, bytes: Bytes) => void;
  readonly act: (actions: readonly Action[]) => void;
  readonly revoke: (token: string, from: LinkSession) => Promise<void>;
}

/** What comes over links: looked at the moment it comes, then given to whom it is for, one message of a link after the other. Chunks are compared with the signed record before anybody has them. */
export class Arrivals {
  /** Links over which came what differs from our record, while theirs is asked for; and how many bytes came meanwhile. */
  readonly #doubted = new Map<LinkSession, number>();
  /** Segments of which the publisher signed two records. */
  readonly #signedTwice = new Set<string>();

  constructor(private readonly parts: ArrivalParts) {}

  /** The publisher signed two records of a segment: nobody is blamed for having the other. */
  blameNobodyFor(record: { readonly epoch: number; readonly sequence: number }): void {
    this.#signedTwice.add(placeOf(record));
  }

  /** A link is no more; true if it was doubted, and has not shown its record. */
  down(link: LinkSession): boolean {
    return this.#doubted.delete(link);
  }

  /** By what a message says of itself: an index or a length that no record can have, a chunk or a piece that nobody asked for or that came before. */
  screen(link: LinkSession, message: PeerMessage): Offence | undefined {
    const { counts, pieces, records, scheduler } = this.parts;
    if (message.type === "piece") return pieces.brings(link, message) ? undefined : "not-asked";
    if (message.type !== "chunks") return undefined;
    const { request, first, chunks } = message;
    const doubted = this.#doubted.get(link);
    if (doubted !== undefined) {
      this.#doubted.set(link, doubted + chunks.length * chunkSize);
      return doubted > mostDoubted ? "too-much" : undefined;
    }
    const asked = scheduler.brings(link.id, request, { first, count: chunks.length });
    const facts = asked && records.known(asked.segment);
    if (!facts) return "not-asked";
    // How long a segment's last chunk is, another record that the publisher signed may say otherwise: that one is hashed, and whoever sent it is asked for its record.
    const last = Math.ceil(facts.byteLength / chunkSize) - 1;
    if (chunks.every(({ length }, n) => length === chunkSize || first + n === last)) return undefined;
    counts.badChunks++;
    return "bad-chunk";
  }

  /** A message's turn has come. */
  async took(link: LinkSession, message: PeerMessage): Promise<void> {
    const { clock, crossCheck, frauds, inits, pieces, records, revoke, scheduler, service, uploads } = this.parts;
    switch (message.type) {
      case "have":
        scheduler.heard(link.id, message.held.slice(0, maxHeld));
        crossCheck.heard(link, message.held);
        break;
      case "want":
        uploads.want(link, message.request, message.segment, message);
        break;
      case "cancel":
        uploads.cancel(link, message.request);
        break;
      case "chunks":
        await this.#takeChunks(link, message);
        break;
      case "no":
        if (!pieces.no(link, message.request)) scheduler.no(link.id, message.request, message.reason, clock.now);
        break;
      case "want-record":
        uploads.pieces(link, message.request, records.known(message.segment)?.file);
        break;
      case "want-init":
        uploads.pieces(link, message.request, inits.known(message.hash));
        break;
      case "piece":
        pieces.took(message);
        break;
      case "sending":
        scheduler.sending(link.id, message.isOn);
        break;
      case "revoked":
        await revoke(message.token, link);
        break;
      case "receipt":
        if (!(await service.take(link, message.receipt))) link.cut("bad-receipt");
        break;
      case "fraud":
        await frauds.heard(message.proof, link);
        break;
    }
  }

  // Each is hashed and compared with the signed record before it is stored, played or offered to others.
  async #takeChunks(link: LinkSession, { request, first, chunks, statements }: Extract<PeerMessage, { type: "chunks" }>): Promise<void> {
    if (this.#doubted.has(link)) return;
    const { act, clock, counts, deliveries, frauds, keep, records, scheduler } = this.parts;
    const asked = scheduler.requestOf(link.id, request);
    const facts = asked && records.known(asked.segment);
    if (!asked || !facts) {
      link.cut("not-asked");
      return;
    }
    const leaves = await Promise.all(chunks.map(leafHash));
    for (const [n, chunk] of chunks.entries()) {
      if (!link.isUp) return;
      const index = first + n;
      const isGood = sameBytes(leaves[n] ?? new Uint8Array(), facts.leaves.subarray(32 * index, 32 * index + 32));
      if (!isGood) {
        counts.badChunks++;
        // Others are asked for the rest at once.
        const { actions } = scheduler.chunkFrom(link.id, request, index, chunk.length, false, clock.now);
        const [leaf, statement] = [leaves[n] ?? new Uint8Array(), statements[n] ?? new Uint8Array()];
        if (await frauds.states(link, facts, index, leaf, statement)) {
          act(actions);
          void frauds.accuse(link, facts, index, leaf, statement);
        } else {
          this.#doubt(link, asked.segment, facts, actions);
        }
        return;
      }
      const chosen = scheduler.chunkFrom(link.id, request, index, chunk.length, true, clock.now);
      act(chosen.actions);
      // Too late to be of use, it was sent and good all the same.
      if (link.isUp) deliveries.came(link, asked.segment, index, chunk.length);
      if (!chosen.keep) continue;
      counts.goodChunks++;
      counts.peers += chunk.length;
      if (link.other?.role !== "viewer") counts.relays += chunk.length;
      keep(asked.segment, index, chunk);
    }
  }

  // A publisher that signs two records of a segment would set those who have the one against those who have the other: who sends what differs is asked for its record before it is cut off.
  #doubt(link: LinkSession, segment: SegmentName, facts: SegmentFacts, cut: readonly Action[]): void {
    this.#doubted.set(link, 0);
    void this.parts.crossCheck.differs(link, segment, facts).catch(() => false).then((differs) => {
      if (!this.#doubted.delete(link)) return;
      if (differs || this.#signedTwice.has(placeOf(segment))) link.leave(1);
      else this.parts.act(cut);
    });
  }
}

function placeOf({ epoch, sequence }: { readonly epoch: number; readonly sequence: number }): string {
  return `${epoch}/${sequence}`;
}
