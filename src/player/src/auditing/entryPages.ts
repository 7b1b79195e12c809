import type { Bytes } from "../verify/bytes.js";
import { checkPayload, type EntryProof, proveEntry, readEntries } from "./entryProof.js";
import { VerifiedFalse } from "./failure.js";
import { type AnsweredEntry, type Filters, type LedgerQuestions, Refused, type StreamHead } from "./ledgerQuestions.js";
import { asksForStream, strangersIn } from "./searchAnswer.js";
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
  readonly upTo?: bigint;
  /** Of a search for one stream: its last entry, unless the server knows no such stream. */
  readonly head?: StreamHead | undefined;
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
  // The head is asked for first: a stream that grows meanwhile has more rows than its head says, never fewer.
  const head = asksForStream(filters) ? await knownHead(questions, filters.stream) : undefined;
  const { rows, next, upTo } = await questions.entries(filters, pageSize);
  return { rows: rows.map((answered) => ({ index: answered.index, bytes: answered.bytes, answered })), next, upTo, head };
}

/** Undefined where the server knows no such stream, or none that may be seen: to have found nothing is an answer too. */
async function knownHead(questions: LedgerQuestions, stream: string): Promise<StreamHead | undefined> {
  try {
    return await questions.streamHead(stream);
  } catch (error) {
    if (error instanceof Refused && error.code === "stream-unknown") return undefined;
    throw error;
  }
}

/**
 * Proves each row, the payload too where there is one, and tells of each as it is done.
 * @param searched What the rows were searched by; a row that is not that is a failure.
 */
export async function proveEntries(
  tree: SignedTree, rows: readonly ListedEntry[], searched: Filters | undefined, tell: (row: ListedEntry, proof: EntryProof | Error) => void,
): Promise<void> {
  const queue = [...rows];
  const strangers = searched && strangersIn(searched, rows);
  const proven = async (row: ListedEntry): Promise<EntryProof> => {
    const proof = await prove(tree, row);
    if (strangers?.has(row)) throw new VerifiedFalse("search", "not-searched-for");
    return proof;
  };
  const work = async (): Promise<void> => {
    for (let row = queue.shift(); row; row = queue.shift()) tell(row, await proven(row).catch((error: unknown) => error as Error));
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

/** Narrowed for those who show it. */
export function isFailure(error: Error): error is VerifiedFalse {
  return error instanceof VerifiedFalse;
}
