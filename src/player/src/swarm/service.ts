import { linesOf, readReceipt, type SignedReceipt, verifyReceipt } from "../peering/receipts.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { ChunkSet } from "./chunkSet.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";

/** Chunks that a neighbour may be ahead of its receipts: so many, and as many as it gave receipts for, up to the second. */
const ahead = 192;
const farthestAhead = 768;
/** Receipts of a neighbour that are looked at: so many at once, and so many a second after. */
const burst = 20;
const perSecond = 2;
/** A period of which nothing more was said for so long is over. */
const overMs = 75_000;
/** Segments of a link of which is known what was sent. */
const maxSent = 1024;
/** Receipts that wait to be handed in: an hour's of eight neighbours. */
const maxWaiting = 512;

interface Account {
  /** By the segment's key: the chunks that were sent over the link, and how many a receipt was given for in periods that are over. */
  readonly sent: Map<string, ChunkSet>;
  readonly settled: Map<string, number>;
  chunks: number;
  bytes: number;
  /** Chunks that were sent more than once: nobody gives a receipt for them. */
  again: number;
  newest: SignedReceipt | undefined;
  newestAt: number;
  /** The newest one's period is over, and waits to be handed in. */
  isClosed: boolean;
  budget: number;
  budgetAt: number;
}

/** What went to each neighbour, and the receipts that it gave for it. */
export class Service {
  readonly #accounts = new Map<LinkSession, Account>();
  #waiting: Bytes[] = [];
  /** Receipts that were good. */
  taken = 0;

  constructor(
    private readonly clock: Clock,
    private readonly broadcast: Bytes,
    private readonly key: () => Bytes,
  ) {}

  /** Receipts of periods that are over, for the platform; each is given once. */
  collect(most: number): Bytes[] {
    const collected = this.#waiting.slice(0, most);
    this.#waiting = this.#waiting.slice(most);
    return collected;
  }

  /** They could not be handed in: they come again with the next. */
  giveBack(receipts: readonly Bytes[]): void {
    this.#waiting = [...receipts, ...this.#waiting].slice(0, maxWaiting);
  }

  /** Ends the periods of which nothing was heard for longer than any is. */
  settle(): void {
    for (const account of this.#accounts.values()) if (this.clock.now - account.newestAt > overMs) this.#close(account);
  }

  /** Chunks went out, one after the other. One that went before its receiver counts no more: it is noted apart. */
  sent(link: LinkSession, segment: SegmentName, first: number, count: number, bytes: number): void {
    const account = this.#accountOf(link);
    const key = keyOf(segment);
    if (!account.sent.has(key) && account.sent.size >= maxSent) {
      const oldest = account.sent.keys().next().value ?? "";
      account.sent.delete(oldest);
      account.settled.delete(oldest);
    }
    const sent = account.sent.get(key) ?? new ChunkSet();
    account.sent.set(key, sent);
    for (let n = 0; n < count; n++) {
      if (!sent.add(first + n)) {
        account.again++;
        continue;
      }
      account.chunks++;
      // All but the last are whole.
      account.bytes += n === count - 1 ? bytes - n * chunkSize : chunkSize;
    }
  }

  /** True while a neighbour gives receipts for what it gets: else it gets nothing more until it does. */
  isPaid(link: LinkSession): boolean {
    const account = this.#accounts.get(link);
    if (!account) return true;
    const receipted = account.newest?.receipt.totalChunks ?? 0;
    // What is asked for again is asked for seldom by who is honest: as much again as it gave receipts for, at most.
    return account.chunks - receipted <= Math.min(farthestAhead, ahead + receipted) && account.again <= ahead + receipted;
  }

  /** Takes a receipt; false for one that is not good: no honest neighbour gives it. */
  async take(link: LinkSession, bytes: Bytes): Promise<boolean> {
    const account = this.#accountOf(link);
    if (!this.#spend(account)) return false;
    const signed = readReceipt(bytes.slice());
    if (!signed || !link.other || !this.#isOfLink(signed, link, await link.name()) || !this.#fits(account, signed)) return false;
    if (!(await verifyReceipt(signed, link.other.key))) return false;
    this.taken++;
    const isNewPeriod = account.newest?.receipt.period !== signed.receipt.period;
    // Too late: a page that slept says it when what it belongs to is handed in. The next period's totals have it.
    if (!isNewPeriod && account.isClosed) return true;
    if (isNewPeriod) this.#close(account);
    account.newest = signed;
    account.newestAt = this.clock.now;
    account.isClosed = false;
    return true;
  }

  down(link: LinkSession): void {
    const account = this.#accounts.get(link);
    if (account) this.#close(account);
    this.#accounts.delete(link);
  }

  #accountOf(link: LinkSession): Account {
    const known = this.#accounts.get(link);
    if (known) return known;
    const account: Account = { sent: new Map(), settled: new Map(), chunks: 0, bytes: 0, again: 0, newest: undefined, newestAt: 0, isClosed: false, budget: burst, budgetAt: this.clock.now };
    this.#accounts.set(link, account);
    return account;
  }

  #isOfLink({ receipt }: SignedReceipt, link: LinkSession, name: Bytes): boolean {
    const { broadcast, sender, receiver } = receipt;
    return link.other !== undefined && sameBytes(broadcast, this.broadcast) && sameBytes(sender, this.key()) && sameBytes(receiver, link.other.key.bytes) && sameBytes(receipt.link, name);
  }

  // It says no more than went out, and nothing that contradicts what it said before (docs/formats/receipts.md, forks).
  #fits(account: Account, { receipt }: SignedReceipt): boolean {
    const before = account.newest?.receipt;
    const isNewPeriod = receipt.period !== before?.period;
    if (before && (isNewPeriod ? receipt.period < before.period : receipt.number <= before.number)) return false;
    if (receipt.totalChunks < (before?.totalChunks ?? 0) || receipt.totalBytes < (before?.totalBytes ?? 0)) return false;
    if (receipt.totalChunks > account.chunks || receipt.totalBytes > account.bytes) return false;
    const said = new Map([...linesOf(receipt)].map(([segment, chunks]) => [keyOf(segment), chunks]));
    const saidBefore = new Map(before ? [...linesOf(before)].map(([segment, chunks]) => [keyOf(segment), chunks]) : []);
    // What the last receipt of an earlier period said is settled with it.
    const settled = (key: string) => (account.settled.get(key) ?? 0) + (isNewPeriod && !account.isClosed ? (saidBefore.get(key) ?? 0) : 0);
    const isLate = !isNewPeriod && account.isClosed;
    for (const [key, chunks] of said) if (settled(key) + chunks - (isLate ? (saidBefore.get(key) ?? 0) : 0) > (account.sent.get(key)?.size ?? 0)) return false;
    return isNewPeriod || [...saidBefore].every(([key, chunks]) => (said.get(key) ?? 0) >= chunks);
  }

  #close(account: Account): void {
    const { newest, isClosed } = account;
    if (!newest || isClosed) return;
    account.isClosed = true;
    for (const [segment, chunks] of linesOf(newest.receipt)) {
      const key = keyOf(segment);
      account.settled.set(key, (account.settled.get(key) ?? 0) + chunks);
    }
    this.#waiting = [...this.#waiting, newest.bytes].slice(-maxWaiting);
  }

  #spend(account: Account): boolean {
    const { now } = this.clock;
    account.budget = Math.min(burst, account.budget + ((now - account.budgetAt) / 1000) * perSecond);
    account.budgetAt = now;
    return --account.budget >= 0;
  }
}
