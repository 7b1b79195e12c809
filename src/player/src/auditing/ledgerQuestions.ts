import { fetchBounded, HttpStatusError, readBounded } from "../network/fetchBounded.js";
import type { Bytes } from "../verify/bytes.js";
import { fromBase64 } from "../verify/log/base64.js";
import { CouldNotTell } from "./failure.js";

const maxAnswer = 32 * 1024 * 1024;
const maxProblem = 64 * 1024;
const patience = 30_000;

/** What `GET /v1/ledger/entries` can be asked for (docs/formats/api.md); empty members are not sent. */
export const filterNames = ["broadcast", "stream", "type", "actor", "since", "until", "from", "to"] as const;

export type Filters = Partial<Record<(typeof filterNames)[number], string>>;

/** A row as the server gave it; nothing of it is believed before it is proven. */
export interface AnsweredEntry {
  readonly index: bigint;
  readonly bytes: Bytes;
  readonly payload: Bytes;
  readonly salt: Bytes;
}

export interface Answer {
  readonly rows: readonly AnsweredEntry[];
  /** The `from` of the next page. */
  readonly next: string | undefined;
  /** The answer is whole below this index. */
  readonly upTo: bigint;
}

export interface StreamHead {
  /** Version of the stream's last entry. */
  readonly version: bigint;
  readonly index: bigint;
  readonly broadcast: string | undefined;
}

/** The server refused, and says why. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    /** The problem's code, stable. */
    readonly code: string,
    readonly detail: string,
  ) {
    super(code);
  }
}

/** Asks the ledger, with a token that stays in this page. */
export class LedgerQuestions {
  constructor(private readonly token: string) {}

  async entries(filters: Filters, limit: number): Promise<Answer> {
    const query = new URLSearchParams({ limit: String(limit) });
    for (const name of filterNames) if (filters[name]) query.set(name, filters[name]);
    const { items, next, upTo } = await this.#ask(`/v1/ledger/entries?${query}`);
    if (!Array.isArray(items) || items.length > limit || !isIndex(upTo) || !(next === null || isIndex(next))) throw unreadable();
    const rows = items.map(readRow);
    // A page that is not the last has a row, and the next one goes on behind it.
    const last = rows.at(-1);
    if (next !== null && (!last || BigInt(next) <= last.index)) throw unreadable();
    return { rows, next: next === null ? undefined : String(next), upTo: BigInt(upTo) };
  }

  async streamHead(stream: string): Promise<StreamHead> {
    const { version, index, broadcast } = await this.#ask(`/v1/ledger/streams/${stream.split("/").map(encodeURIComponent).join("/")}`);
    if (!isIndex(version) || !isIndex(index)) throw unreadable();
    return { version: BigInt(version), index: BigInt(index), broadcast: typeof broadcast === "string" ? broadcast : undefined };
  }

  async #ask(url: string): Promise<Record<string, unknown>> {
    const headers = { Authorization: `Bearer ${this.token}`, Accept: "application/json" };
    try {
      const bytes = await fetchBounded(url, maxAnswer, { signal: AbortSignal.timeout(patience), cache: "no-store", headers });
      return readObject(bytes);
    } catch (error) {
      if (error instanceof HttpStatusError) throw await refusalOf(error);
      if (error instanceof CouldNotTell) throw error;
      throw new CouldNotTell("The server did not answer.");
    }
  }
}

async function refusalOf({ status, response }: HttpStatusError): Promise<Refused> {
  try {
    const { code, detail } = readObject(await readBounded(response, maxProblem));
    return new Refused(status, typeof code === "string" ? code : "", typeof detail === "string" ? detail : "");
  } catch {
    return new Refused(status, "", "");
  }
}

function readObject(bytes: Bytes): Record<string, unknown> {
  try {
    const value = JSON.parse(new TextDecoder().decode(bytes)) as unknown;
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON: said below.
  }
  throw unreadable();
}

function readRow(item: unknown): AnsweredEntry {
  const { index, entry, payload, salt } = (item ?? {}) as Record<string, unknown>;
  const [bytes, shown, grain] = [entry, payload, salt].map((text) => (typeof text === "string" ? fromBase64(text) : undefined));
  if (!isIndex(index) || !bytes || !shown || !grain) throw unreadable();
  return { index: BigInt(index), bytes, payload: shown, salt: grain };
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function unreadable(): CouldNotTell {
  return new CouldNotTell("The server’s answer is not of the documented form.");
}
