import { readBounded } from "../network/fetchBounded.js";
import { maxBatch, writeBatch } from "../peering/receipts.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { Service } from "./service.js";

/** What the platform counts of a peer (docs/formats/standing.md). */
export interface Standing {
  readonly band: "new" | "known" | "proven" | "banned";
  /** 0 to 1000. */
  readonly score: number;
  readonly receipts: number;
  readonly receivers: number;
}

const usualMs = 60_000;
const longestMs = 600_000;
const maxAnswer = 4096;
/** Within 2 s the platform counts what it took. */
const countedMs = 4_000;
/** Batches that are handed in again to hear what they counted for: what counts for nothing is not asked about for ever. */
const mostLooks = 5;
/** Answers after which the same receipts may be taken. */
const passing = [429, 500, 502, 503, 504];

export interface FilingParts {
  readonly fetch: typeof fetch;
  readonly server: string;
  readonly clock: Clock;
  /** 0 to 1: pages that came together do not hand in together. */
  readonly chance: () => number;
  readonly over: AbortSignal;
  readonly service: Pick<Service, "settle" | "collect" | "giveBack">;
  readonly sign: (bytes: Bytes) => Promise<Bytes>;
  readonly changed: () => void;
}

/** Hands in the receipts that this peer was given, about once a minute, and hears how it stands. What cannot be handed in now comes with the next. */
export class ReceiptFiling {
  /** As the platform said last; undefined before it has. */
  standing: Standing | undefined;
  filed = 0;
  #looks = 0;

  constructor(private readonly parts: FilingParts) {
    this.#again(usualMs);
  }

  #again(afterMs: number): void {
    this.#after(afterMs, () => void this.#file().then((next) => this.#again(next)));
  }

  #after(afterMs: number, then: () => void): void {
    const { clock, chance, over } = this.parts;
    clock.after(afterMs * (0.8 + 0.4 * chance()), () => over.aborted || then());
  }

  // After how long to come again.
  async #file(): Promise<number> {
    const { service, sign } = this.parts;
    service.settle();
    const receipts = service.collect(maxBatch);
    if (receipts.length === 0) return usualMs;
    try {
      const body = await writeBatch(receipts, sign);
      const response = await this.#handIn(body);
      if (!response.ok) {
        if (passing.includes(response.status)) service.giveBack(receipts);
        return usualMs;
      }
      const answer = await read(response);
      this.filed += receipts.length;
      this.#hear(answer);
      if (this.#isUncounted && this.#looks++ < mostLooks) this.#after(countedMs, () => void this.#look(body));
      const again = field(answer, "again");
      return typeof again === "number" && again > 0 ? Math.min(longestMs, Math.max(15_000, 1000 * again)) : usualMs;
    } catch {
      // The server is away, or its answer is none: the platform knows what it has counted.
      service.giveBack(receipts);
      return usualMs;
    }
  }

  // An answer says how we stood before its batch, so of the first one it says nothing. The same batch again files nothing, and its answer has it; from then on the next minute's does.
  async #look(body: Bytes): Promise<void> {
    try {
      const response = await this.#handIn(body);
      if (response.ok) this.#hear(await read(response));
    } catch {
      // The next batch's answer says it.
    }
  }

  get #isUncounted(): boolean {
    return (this.standing?.receipts ?? 0) === 0;
  }

  #handIn(body: Bytes): Promise<Response> {
    const { server, over } = this.parts;
    return this.parts.fetch(`${server}/v1/receipts`, {
      method: "POST", body, headers: { "content-type": "application/octet-stream" }, credentials: "omit", redirect: "error", signal: over,
    });
  }

  #hear(answer: unknown): void {
    this.standing = readStanding(answer) ?? this.standing;
    this.parts.changed();
  }
}

async function read(response: Response): Promise<unknown> {
  return JSON.parse(new TextDecoder().decode(await readBounded(response, maxAnswer))) as unknown;
}

function readStanding(answer: unknown): Standing | undefined {
  const said = field(answer, "standing");
  const [band, score, receipts, receivers] = ["band", "score", "receipts", "receivers"].map((name) => field(said, name));
  if (band !== "new" && band !== "known" && band !== "proven" && band !== "banned") return undefined;
  if (!isCount(score) || score > 1000 || !isCount(receipts) || !isCount(receivers)) return undefined;
  return { band, score, receipts, receivers };
}

function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
