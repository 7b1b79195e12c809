import { type LedgerEntry, parseEntry } from "../verify/log/ledgerEntry.js";
import { parseDecimal } from "../verify/log/checkpoint.js";
import type { EntryPage, ListedEntry } from "./entryPages.js";
import { type Filters, filterNames } from "./ledgerQuestions.js";

/**
 * The rows of an answer that are not what was searched for. That a row is in the signed log does not make it an answer: what
 * was asked is held against what the entry itself says. Of `broadcast` entries say nothing; there the server is believed.
 */
export function strangersIn(filters: Filters, rows: readonly ListedEntry[]): ReadonlySet<ListedEntry> {
  const fits = conditionsOf(filters);
  return new Set(rows.filter((row, i) => {
    const before = rows[i - 1];
    // One row twice, or a later one first, would stand in the place of another.
    return (before && row.index <= before.index) || !fits(row);
  }));
}

/** Whether a search is for all of one stream, from its beginning or from some entry on: only then can what is left out be seen. */
export function asksForStream(filters: Filters): filters is Filters & { stream: string } {
  return Boolean(filters.stream) && filterNames.every((name) => !filters[name] || name === "stream" || name === "broadcast" || name === "from");
}

/** What the versions of a stream's rows say of those that are not among them. */
export type StreamFinding =
  /** Every version from `first` to `last` was seen, on this page and those of the search `before` it. */
  | { readonly kind: "unbroken"; readonly first: bigint; readonly last: bigint; readonly before: boolean }
  | { readonly kind: "left-out"; readonly version: bigint }
  | { readonly kind: "untold"; readonly reason: string }
  /** No row, and no sign that there is one. */
  | { readonly kind: "none" };

/**
 * The pages of searches for one stream. Versions count from 0 without a gap; so a page is held against the page that was
 * proven before it, and the last one against the stream's head.
 */
export class StreamPages {
  /** By where a search goes on: the versions seen until there. What stands below an index never changes, so this never ages. */
  readonly #seen = new Map<string, { readonly first: bigint; readonly last: bigint }>();

  /** Judges a page of rows that are proven, and are what was searched for. */
  judge(filters: Filters, { rows, next, upTo, head }: EntryPage): StreamFinding {
    // Entries do not say which broadcast they are of, so of a stream that is not of one whole the rest may be missing rightly.
    if (filters.broadcast && head?.broadcast !== filters.broadcast) {
      return rows.length === 0 ? { kind: "none" } : { kind: "untold", reason: "the server does not say that the whole stream is of this broadcast" };
    }
    const from = parseDecimal(filters.from ?? "0") ?? 0n;
    const before = this.#seen.get(placeOf(filters, from));
    const versions = rows.map(({ bytes }) => parseEntry(bytes)?.streamVersion);
    // Where a search begins within the log without the page before, which version comes first is not known.
    const first = before?.first ?? (from === 0n ? 0n : versions[0]);
    let expected = before ? before.last + 1n : first;
    for (const version of versions) {
      if (expected === undefined || version !== expected) return { kind: "left-out", version: expected ?? 0n };
      expected++;
    }
    if (next === undefined) {
      if (head && head.index < (upTo ?? 0n)) {
        const missing = expected ?? (head.index >= from ? head.version : undefined);
        if (missing !== undefined && missing <= head.version) return { kind: "left-out", version: missing };
      } else if (head || rows.length > 0) {
        return { kind: "untold", reason: head ? "the answer ends before the stream’s last entry" : "the server names no last version" };
      }
    }
    if (first === undefined || expected === undefined || expected === first) return { kind: "none" };
    const last = expected - 1n;
    if (next !== undefined) this.#seen.set(placeOf(filters, BigInt(next)), { first, last });
    return { kind: "unbroken", first, last, before: before !== undefined };
  }
}

function placeOf({ stream, broadcast }: Filters, from: bigint): string {
  return JSON.stringify([stream, broadcast ?? "", from.toString()]);
}

function conditionsOf(filters: Filters): (row: ListedEntry) => boolean {
  const { stream, type, actor, since, until, from, to } = filters;
  const conditions: ((entry: LedgerEntry) => boolean)[] = [];
  if (stream) conditions.push((entry) => entry.stream === stream);
  if (type) conditions.push((entry) => entry.type === type);
  if (actor) conditions.push((entry) => entry.actor === actor);
  // A bound that cannot be read is met by nothing: the server refuses it too.
  if (since) conditions.push(bound(microseconds(since), (time, { recordedAt }) => recordedAt >= time));
  if (until) conditions.push(bound(microseconds(until), (time, { recordedAt }) => recordedAt < time));
  const [first, end] = [parseDecimal(from || "0"), to ? parseDecimal(to) : null];
  return ({ index, bytes }) => {
    if (first === undefined || end === undefined || index < first || (end !== null && index >= end)) return false;
    if (conditions.length === 0) return true;
    const entry = parseEntry(bytes);
    return entry !== undefined && conditions.every((holds) => holds(entry));
  };
}

function bound(time: bigint | undefined, holds: (time: bigint, entry: LedgerEntry) => boolean): (entry: LedgerEntry) => boolean {
  return (entry) => time !== undefined && holds(time, entry);
}

/** Unix microseconds of `2026-01-31T23:59:59.123456Z`. A Date would round them to milliseconds. */
function microseconds(text: string): bigint | undefined {
  const [, seconds, fraction = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{0,6}))?Z$/.exec(text) ?? [];
  const milliseconds = seconds === undefined ? Number.NaN : Date.parse(`${seconds}Z`);
  return Number.isNaN(milliseconds) ? undefined : BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, "0"));
}
