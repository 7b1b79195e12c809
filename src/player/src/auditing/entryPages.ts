import type { Bytes } from "../verify/bytes.js";
import { checkPayload, type EntryProof, proveEntry, readEntries } from "./entryProof.js";
import { VerifiedFalse } from "./failure.js";
import type { AnsweredEntry, Filters, LedgerQuestions } from "./ledgerQuestions.js";
import type { SignedTree } from "./signedTree.js";

/** Entries on one page. */
export const pageSize = 25;

/** How many are proven at once: enough to keep the network busy. */
const atOnce = 6;

/** A row as it came, with its payload if it came by a search. */
export interface ListedEntry {
  readonly index: bigint;
  readonly bytes: Bytes;
  readonly answered?: AnsweredEntry;
}

/** One page of a list. */
export interface EntryPage {
  readonly rows: readonly ListedEntry[];
  /** Where the next page begins; undefined where there is none. */
  readonly next: string | undefined;
  /** What the server says of the search as a whole: it is whole below this index. */
  readonly upTo?: string;
}

/** The newest entries below `before`, newest first, from the public log. */
export async function newestEntries(tree: SignedTree, before: bigint | undefined): Promise<EntryPage> {
  const { size } = tree.checkpoint;
  const end = before !== undefined && before < size ? before : size;
  const start = end > BigInt(pageSize) ? end - BigInt(pageSize) : 0n;
  const entries = end === 0n ? [] : await readEntries(tree, start, end);
  const rows = entries.map((bytes, i) => ({ index: start + BigInt(i), bytes })).reverse();
  return { rows, next: start > 0n ? start.toString() : undefined };
}

/** What a search finds, oldest first, as the server says. */
export async function foundEntries(questions: LedgerQuestions, filters: Filters): Promise<EntryPage> {
  const { rows, next, upTo } = await questions.entries(filters, pageSize);
  return { rows: rows.map((answered) => ({ index: answered.index, bytes: answered.bytes, answered })), next, upTo };
}

/** Proves each row, the payload too where there is one, and tells of each as it is done. */
export async function proveEntries(tree: SignedTree, rows: readonly ListedEntry[], tell: (row: ListedEntry, proof: EntryProof | Error) => void): Promise<void> {
  const queue = [...rows];
  const work = async (): Promise<void> => {
    for (let row = queue.shift(); row; row = queue.shift()) tell(row, await prove(tree, row).catch((error: unknown) => error as Error));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function prove(tree: SignedTree, { index, bytes, answered }: ListedEntry): Promise<EntryProof> {
  const proof = await proveEntry(tree, index, bytes);
  if (proof.failure) throw proof.failure;
  const failure = answered && proof.entry ? await checkPayload(proof.entry, answered.salt, answered.payload) : undefined;
  if (failure) throw failure;
  return proof;
}

/**
 * Whether proven rows of one stream leave a version out. Versions count from 0 without a gap, so whoever has the stream's
 * last one sees whether the answer is whole.
 * @param isFirst The page begins at the stream's beginning.
 * @param last Version of the stream's last entry, if the page ends at its end.
 */
export function missingVersions(versions: readonly bigint[], isFirst: boolean, last: bigint | undefined): bigint | undefined {
  let expected = isFirst ? 0n : versions[0];
  for (const version of versions) {
    if (version !== expected) return expected;
    expected = version + 1n;
  }
  return last !== undefined && expected !== undefined && expected <= last ? expected : undefined;
}

/** Narrowed for those who show it. */
export function isFailure(error: Error): error is VerifiedFalse {
  return error instanceof VerifiedFalse;
}
