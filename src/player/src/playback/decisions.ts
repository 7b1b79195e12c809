/** A decision on this viewer's ticket, as the server's answers named it. */
export interface Decision {
  /** Its event in the ledger. */
  readonly id: string;
  readonly granted: boolean;
  /** When the answer came, in Unix milliseconds. */
  readonly at: number;
}

/** Where in the ledger a decision stands. */
export type DecisionPlace =
  | { readonly state: "waiting" }
  /** It has its place; the next checkpoint covers it. */
  | { readonly state: "logged" | "published"; readonly index: number };

/** Decisions kept: enough to see the last licence and the no that followed it. */
const mostKept = 4;

/** The last decisions of a visit. */
export class Decisions {
  readonly #kept: Decision[] = [];

  get all(): readonly Decision[] {
    return this.#kept;
  }

  /** One more, named as in `Decision-Id`; what is no name is passed over, and one that is known stays where it is. */
  add(id: string | null | undefined, granted: boolean, at = Date.now()): void {
    if (!id || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) || this.#kept.some((known) => known.id === id)) return;
    this.#kept.push({ id, granted, at });
    if (this.#kept.length > mostKept) this.#kept.shift();
  }
}

/** Asks where a decision stands. A renewal is on its way for some seconds, and nobody knows it until then. */
export async function findDecision(id: string, token: string, signal: AbortSignal): Promise<DecisionPlace> {
  const response = await fetch(`/v1/decisions/${id}`, { headers: { Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store", signal });
  if (response.status === 404) return { state: "waiting" };
  if (!response.ok) throw new Error(`${response.status} for a decision`);
  const { state, index } = (await response.json()) as { state?: unknown; index?: unknown };
  return (state === "logged" || state === "published") && typeof index === "number" && Number.isSafeInteger(index) && index >= 0 ? { state, index } : { state: "waiting" };
}
