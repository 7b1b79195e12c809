import { isWithinBounds, receiptBytes, runsOf, writeReceipt } from "../peering/receipts.js";
import { keyOf, type SegmentName } from "../peering/segmentName.js";
import { type Bytes, concatBytes } from "../verify/bytes.js";
import { ChunkSet } from "./chunkSet.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";

/** A receipt is made when as many chunks came that none was given for as those that one was, between these, or the first of them so long ago: a sender that has many waits for more, since each is a signature to look at. */
const fewest = 64;
const most = 512;
const everyMs = 10_000;
/** Longest period of a link. */
const periodMs = 60_000;
/** Segments of a link of which is known what was counted already: more than any sender remembers, or what comes again would be counted where its sender counts it no more. */
const maxCounted = 2048;

interface Line {
  readonly segment: SegmentName;
  chunks: number;
}

interface Account {
  /** By the segment's key. */
  lines: Map<string, Line>;
  readonly counted: Map<string, ChunkSet>;
  period: number;
  number: number;
  periodBegan: number;
  totalChunks: number;
  totalBytes: number;
  unsaid: number;
  isWaiting: boolean;
  /** Receipts go out in the order in which they were made, however long a signature takes. */
  last: Promise<void>;
}

export interface DeliverySurroundings {
  readonly clock: Clock;
  /** The platform's time in Unix seconds. */
  readonly platformTime: () => number;
  readonly broadcast: Bytes;
  readonly key: () => Bytes;
  readonly sign: (bytes: Bytes) => Promise<Bytes>;
}

/** What came from each neighbour and was good, and the receipts for it: who gives none is given nothing more. */
export class Deliveries {
  readonly #accounts = new Map<LinkSession, Account>();
  /** Receipts that went out. */
  given = 0;

  constructor(private readonly around: DeliverySurroundings) {}

  /** A chunk came over a link and has the leaf of the signed record. */
  came(link: LinkSession, segment: SegmentName, chunk: number, bytes: number): void {
    const account = this.#accountOf(link);
    const key = keyOf(segment);
    if (!count(account.counted, key, chunk)) return;
    const { now } = this.around.clock;
    const isNew = !account.lines.has(key);
    if (account.lines.size > 0 && (now - account.periodBegan >= periodMs || (isNew && !isWithinBounds(runsOf([...linesOf(account), [segment, 1]]))))) {
      this.#say(link, account);
      account.lines = new Map();
      account.period++;
      account.number = 0;
    }
    if (account.lines.size === 0) account.periodBegan = now;
    const line = account.lines.get(key) ?? { segment, chunks: 0 };
    line.chunks++;
    account.lines.set(key, line);
    account.totalChunks++;
    account.totalBytes += bytes;
    if (++account.unsaid >= Math.min(most, Math.max(fewest, account.totalChunks - account.unsaid))) this.#say(link, account);
    else this.#wait(link, account);
  }

  down(link: LinkSession): void {
    this.#accounts.delete(link);
  }

  #accountOf(link: LinkSession): Account {
    const known = this.#accounts.get(link);
    if (known) return known;
    const account: Account = {
      lines: new Map(), counted: new Map(), period: 1, number: 0, periodBegan: 0, totalChunks: 0, totalBytes: 0, unsaid: 0, isWaiting: false, last: Promise.resolve(),
    };
    this.#accounts.set(link, account);
    return account;
  }

  #wait(link: LinkSession, account: Account): void {
    if (account.isWaiting) return;
    account.isWaiting = true;
    this.around.clock.after(everyMs, () => {
      account.isWaiting = false;
      if (account.unsaid > 0 && link.isUp) this.#say(link, account);
    });
  }

  #say(link: LinkSession, account: Account): void {
    if (account.unsaid === 0 || !link.other) return;
    account.unsaid = 0;
    account.number++;
    const { period, number, totalChunks, totalBytes } = account;
    const runs = runsOf(linesOf(account));
    const { broadcast, platformTime, key, sign } = this.around;
    const said = { broadcast, sender: link.other.key.bytes, receiver: key(), period, number, at: Math.max(0, Math.floor(1000 * platformTime())), totalChunks, totalBytes, runs };
    account.last = account.last.then(async () => {
      const written = writeReceipt({ ...said, link: await link.name() });
      const receipt = concatBytes(written, await sign(receiptBytes(written)));
      if (!link.isUp) return;
      link.send({ type: "receipt", receipt });
      this.given++;
    }).catch(() => undefined);
  }
}

function linesOf({ lines }: Account): (readonly [SegmentName, number])[] {
  return [...lines.values()].map(({ segment, chunks }) => [segment, chunks]);
}

/** True the first time. */
function count(counted: Account["counted"], key: string, chunk: number): boolean {
  const chunks = counted.get(key) ?? new ChunkSet();
  if (chunks.size === 0) {
    if (counted.size >= maxCounted) counted.delete(counted.keys().next().value ?? "");
    counted.set(key, chunks);
  }
  return chunks.add(chunk);
}
