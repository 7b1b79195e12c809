import { describe, expect, it } from "vitest";
import type { EntryPage, ListedEntry } from "../src/auditing/entryPages.js";
import type { Filters } from "../src/auditing/ledgerQuestions.js";
import { asksForStream, StreamPages, strangersIn } from "../src/auditing/searchAnswer.js";

// 2026-11-21T10:00:00.500001Z
const recordedAt = 1_795_255_200_500_001n;

function uint(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn));
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...uint(BigInt(bytes.length), 2), ...bytes];
}

/** An entry as docs/formats/log.md writes it. */
function row(index: bigint, version: bigint, { stream = "s/1", type = "granted", actor = "system" } = {}): ListedEntry {
  const bytes = [1, ...Array<number>(16).fill(7), ...text(stream), ...uint(version, 8), ...text(type), 0, 1, ...uint(recordedAt, 8), ...text(actor), ...Array<number>(32).fill(9)];
  return { index, bytes: Uint8Array.from(bytes) };
}

describe("A row is what was searched for", () => {
  it.each<[string, Filters]>([
    ["if nothing was", {}],
    ["if it is of that stream", { stream: "s/1" }],
    ["if it has that type and that actor", { type: "granted", actor: "system" }],
    ["if it was recorded at the first time", { since: "2026-11-21T10:00:00.500001Z" }],
    ["if it was recorded before the last", { since: "2026-11-21T10:00:00Z", until: "2026-11-21T10:00:00.500002Z" }],
    ["if it is the first entry", { from: "7" }],
    ["if it is the last entry", { from: "0", to: "8" }],
    ["of whatever broadcast: entries do not say", { broadcast: "b", stream: "s/1" }],
  ])("%s", (_, filters) => {
    expect(strangersIn(filters, [row(7n, 0n)]).size).toBe(0);
  });

  it.each<[string, Filters]>([
    ["of another stream", { stream: "s/2" }],
    ["of a stream whose name begins alike", { stream: "s/" }],
    ["of the stream in other letters", { stream: "S/1" }],
    ["of another type", { stream: "s/1", type: "revoked" }],
    ["of another actor", { actor: "p-1" }],
    ["recorded a microsecond too early", { since: "2026-11-21T10:00:00.500002Z" }],
    ["recorded at the time that ends the search", { until: "2026-11-21T10:00:00.500001Z" }],
    ["before the first entry", { from: "8" }],
    ["at the end", { to: "7" }],
    ["where a time cannot be read", { since: "yesterday" }],
    ["where an index cannot be read", { to: "0x10" }],
  ])("and not if it is %s", (_, filters) => {
    const stranger = row(7n, 0n);
    expect([...strangersIn(filters, [stranger])]).toEqual([stranger]);
  });

  it("and not if it is there twice, or after a later one", () => {
    const [first, again, earlier, last] = [row(7n, 0n), row(7n, 0n), row(6n, 0n), row(8n, 1n)];
    expect([...strangersIn({ stream: "s/1" }, [first, again, earlier, last])]).toEqual([again, earlier]);
  });

  it("and not if nobody can read it, unless any entry would do", () => {
    const unreadable = { index: 7n, bytes: Uint8Array.of(1, 2, 3) };
    expect(strangersIn({ type: "granted" }, [unreadable]).size).toBe(1);
    expect(strangersIn({ from: "7" }, [unreadable]).size).toBe(0);
  });
});

/** A page with these versions, each at ten times its index; the stream's head with it. */
function page(versions: bigint[], head: bigint | undefined, options: { next?: string; upTo?: bigint; broadcast?: string } = {}): EntryPage {
  return {
    rows: versions.map((version) => row(10n * version, version)), next: options.next, upTo: options.upTo ?? 1000n,
    head: head === undefined ? undefined : { version: head, index: 10n * head, broadcast: options.broadcast },
  };
}

describe("Of a stream", () => {
  const stream: Filters = { stream: "s/1" };

  it("only a search for all of it can show what is left out", () => {
    expect([{ stream: "s/1" }, { stream: "s/1", broadcast: "b", from: "7" }].map(asksForStream)).toEqual([true, true]);
    expect([{}, { broadcast: "b" }, { stream: "s/1", type: "granted" }, { stream: "s/1", to: "9" }, { stream: "s/1", since: "x" }].some(asksForStream)).toBe(false);
  });

  it("what was seen without a gap is said, no more", () => {
    expect(new StreamPages().judge(stream, page([0n, 1n, 2n], 2n))).toEqual({ kind: "unbroken", first: 0n, last: 2n, before: false });
    expect(new StreamPages().judge({ ...stream, from: "15" }, page([2n, 3n], 3n))).toEqual({ kind: "unbroken", first: 2n, last: 3n, before: false });
  });

  it.each<[string, bigint[], bigint, bigint]>([
    ["the first", [1n, 2n], 2n, 0n],
    ["one between", [0n, 2n], 2n, 1n],
    ["the last", [0n, 1n], 2n, 2n],
    ["every one", [], 0n, 0n],
  ])("%s that was left out is named", (_, versions, head, missing) => {
    expect(new StreamPages().judge(stream, page(versions, head))).toEqual({ kind: "left-out", version: missing });
  });

  it("that has no entry, nothing is said", () => {
    expect(new StreamPages().judge(stream, page([], undefined))).toEqual({ kind: "none" });
  });

  it("a later page is held against the one before it", () => {
    const pages = new StreamPages();
    expect(pages.judge(stream, page([0n, 1n], 5n, { next: "11" })).kind).toBe("unbroken");
    const later: Filters = { ...stream, from: "11" };
    expect(pages.judge(later, page([3n, 4n, 5n], 5n))).toEqual({ kind: "left-out", version: 2n });
    expect(pages.judge(later, page([], 5n))).toEqual({ kind: "left-out", version: 2n });
    expect(pages.judge(later, page([2n, 3n], 5n, { next: "31" }))).toEqual({ kind: "unbroken", first: 0n, last: 3n, before: true });
    expect(pages.judge({ ...stream, from: "31" }, page([5n], 5n))).toEqual({ kind: "left-out", version: 4n });
    expect(pages.judge({ ...stream, from: "31" }, page([4n, 5n], 5n))).toEqual({ kind: "unbroken", first: 0n, last: 5n, before: true });
  });

  it("a page is not held against another stream's, nor against one that was false", () => {
    const pages = new StreamPages();
    pages.judge({ stream: "s/2" }, page([0n, 1n], 5n, { next: "11" }));
    pages.judge(stream, page([0n, 2n], 5n, { next: "11" }));
    expect(pages.judge({ ...stream, from: "11" }, page([3n, 4n, 5n], 5n))).toEqual({ kind: "unbroken", first: 3n, last: 5n, before: false });
  });

  it("from some entry on, one with a row behind it was left out if there is no row", () => {
    expect(new StreamPages().judge({ ...stream, from: "30" }, page([], 3n))).toEqual({ kind: "left-out", version: 3n });
    expect(new StreamPages().judge({ ...stream, from: "31" }, page([], 3n))).toEqual({ kind: "none" });
  });

  it("the last page says nothing where the server has no last version, or does not answer for it", () => {
    expect(new StreamPages().judge(stream, page([0n, 1n], undefined)).kind).toBe("untold");
    expect(new StreamPages().judge(stream, page([0n, 1n], 2n, { upTo: 20n })).kind).toBe("untold");
    expect(new StreamPages().judge(stream, page([], 2n, { upTo: 20n })).kind).toBe("untold");
    expect(new StreamPages().judge(stream, page([0n, 1n], 2n, { upTo: 21n })).kind).toBe("left-out");
  });

  it("that is not of the broadcast as a whole, the rest is not missed", () => {
    const ofBroadcast: Filters = { ...stream, broadcast: "b" };
    expect(new StreamPages().judge(ofBroadcast, page([1n], 2n)).kind).toBe("untold");
    expect(new StreamPages().judge(ofBroadcast, page([], 2n, { broadcast: "c" })).kind).toBe("none");
    expect(new StreamPages().judge(ofBroadcast, page([0n, 1n], 2n, { broadcast: "b" }))).toEqual({ kind: "left-out", version: 2n });
  });
});
