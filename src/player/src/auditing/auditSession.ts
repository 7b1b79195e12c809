import { attempt } from "../playback/viewerAccess.js";
import { parsePolicy, type PolicyProblem, type PolicyText } from "../verify/log/policyText.js";
import { CouldNotTell, type FailureCode, VerifiedFalse } from "./failure.js";
import { LogMemory } from "./logMemory.js";
import { type LogFindings, openLog } from "./logOpening.js";
import { LogSource } from "./logSource.js";
import { readSuccession } from "./succession.js";
import type { SignedTree } from "./signedTree.js";

/** Failures of what browsers may keep for ever. */
const cacheable: ReadonlySet<FailureCode> = new Set<FailureCode>(["bundle-malformed", "entry-altered", "tree-altered"]);

const policyPlace = "liveledger.audit.policy";

/** What is known of the log as a whole. */
export type LogVerdict =
  | { readonly kind: "checking" | "good" }
  | { readonly kind: "false"; readonly failure: VerifiedFalse }
  | { readonly kind: "unknown"; readonly reason: string };

/** One log, looked at by one browser: its verdict, and the tree that entries are proven in. */
export class AuditSession {
  readonly source = new LogSource("/log");
  readonly memory: LogMemory;
  verdict: LogVerdict = { kind: "checking" };
  found: LogFindings = {};
  /** When the verdict was reached, Unix milliseconds. */
  checkedAt = 0;
  readonly #listeners: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(private readonly storage: Storage | undefined) {
    this.memory = new LogMemory(storage);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** The tree, if every check of the log was good. */
  get tree(): SignedTree | undefined {
    return this.verdict.kind === "good" ? this.found.tree : undefined;
  }

  /** The policy that the user gave, as text. */
  get policyText(): string {
    return attempt(() => this.storage?.getItem(policyPlace)) ?? "";
  }

  /** Looks at the log anew. Asked again meanwhile, it is one look. */
  check(): Promise<void> {
    return (this.#running ??= this.#check().finally(() => (this.#running = undefined)));
  }

  /** Takes a policy, or none for an empty text, and looks anew; or says what is wrong with it. */
  async usePolicy(text: string): Promise<PolicyProblem | undefined> {
    if (text.trim() !== "") {
      const policy = await parsePolicy(new TextEncoder().encode(text));
      if ("line" in policy) return policy;
      attempt(() => this.storage?.setItem(policyPlace, text));
    } else {
      attempt(() => this.storage?.removeItem(policyPlace));
    }
    await this.#running;
    await this.check();
    return undefined;
  }

  /** Drops what was remembered and looks anew: a first look, at whatever key is served. */
  async beginAnew(): Promise<void> {
    this.memory.clear();
    await this.check();
  }

  async #check(): Promise<void> {
    this.#tell({ kind: "checking" });
    // Once something was wrong, a new look reads everything anew.
    if (this.source.distrustCache) this.source.forget();
    let found: LogFindings = {};
    let verdict: LogVerdict;
    try {
      const policy = await this.#policy();
      await this.patiently(() => openLog(this.source, this.memory, policy, (found = {})));
      verdict = { kind: "good" };
    } catch (error) {
      if (error instanceof VerifiedFalse) {
        if (error.code === "key-changed") await this.#askForSuccession(found);
        verdict = { kind: "false", failure: error };
      } else if (error instanceof CouldNotTell) {
        verdict = { kind: "unknown", reason: error.message };
      } else {
        // A fault of this page is no verdict on the log; and it must not look like one that is still being reached.
        reportError(error);
        verdict = { kind: "unknown", reason: "This page failed while checking. That says nothing about the log." };
      }
    }
    this.found = found;
    this.checkedAt = Date.now();
    this.#tell(verdict);
  }

  /**
   * Does something that reads tiles and bundles. A first failure may lie in what the browser kept on its disk for ever; so it is
   * done once more from the network, and only what is false then is false.
   */
  async patiently<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof VerifiedFalse) || !cacheable.has(error.code) || !this.distrustCache()) throw error;
      return action();
    }
  }

  /** From now on nothing comes from the browser's cache; false if that was so already. */
  distrustCache(): boolean {
    const before = this.source.distrustCache;
    this.source.distrustCache = true;
    this.source.forget();
    this.found.tree?.forget();
    return !before;
  }

  /** What the server says of the change, for a person to judge; silence, too, is an answer. */
  async #askForSuccession(found: LogFindings): Promise<void> {
    const known = this.memory.read();
    if (!known || !found.key || found.served === undefined) return;
    // What the browser kept at these addresses is the old log's.
    this.distrustCache();
    const said = await readSuccession(this.source, found.key, known.note, found.served).catch(() => undefined);
    if (said) found.succession = said;
  }

  async #policy(): Promise<PolicyText | undefined> {
    if (this.policyText === "") return undefined;
    const policy = await parsePolicy(new TextEncoder().encode(this.policyText));
    if ("line" in policy) throw new CouldNotTell(`The policy kept in this browser is damaged: ${policy.reason}.`);
    return policy;
  }

  #tell(verdict: LogVerdict): void {
    this.verdict = verdict;
    for (const listener of this.#listeners) listener();
  }
}
