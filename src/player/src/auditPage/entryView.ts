import type { AuditSession } from "../auditing/auditSession.js";
import type { ApiToken } from "../network/apiToken.js";
import { checkPayload, type EntryProof, proveEntry, readEntries } from "../auditing/entryProof.js";
import { CouldNotTell, VerifiedFalse } from "../auditing/failure.js";
import { type AnsweredEntry, LedgerQuestions, Refused } from "../auditing/ledgerQuestions.js";
import { announce, byId } from "../page/elements.js";
import type { SignedTree } from "../auditing/signedTree.js";
import { sameBytes, toHex } from "../verify/bytes.js";
import { type CheckLine, checkLine, type Outcome, verdictHead } from "./checkList.js";
import { h } from "./dom.js";
import { entryFacts, payloadCard } from "./entryFacts.js";
import { count, counted, recordedTime, shortened } from "./format.js";
import { failedLine } from "./logChecks.js";
import { TreeFigure } from "./treeFigure.js";
import { meaningOf, refusalText } from "./wording.js";

/** What was found of a payload. */
export type PayloadFinding =
  | { readonly kind: "shown"; readonly payload: Uint8Array; readonly failure: VerifiedFalse | undefined }
  | { readonly kind: "hidden"; readonly reason: string; readonly needsToken: boolean };

/** One entry: its verdict, what was checked, the tree, the fields, the payload. */
export class EntryView {
  #turn = 0;
  #figure: TreeFigure | undefined;

  constructor(
    private readonly session: AuditSession,
    private readonly token: ApiToken,
    private readonly openTokenDialog: () => void,
  ) {
    let drawn = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth !== drawn) this.#figure?.draw();
      drawn = innerWidth;
    });
  }

  hide(): void {
    this.#turn++;
    this.#figure = undefined;
    byId<HTMLElement>("entry-verdict").hidden = true;
    byId<HTMLElement>("entry").hidden = true;
    byId("entry").replaceChildren();
  }

  /** Proves an entry and shows it. A later call ends an earlier one. */
  async show(index: bigint): Promise<void> {
    const turn = ++this.#turn;
    document.title = `Entry ${count(index)} · LiveLedger`;
    this.#head("checking", `Checking entry ${count(index)}`, ["Fetching it, and the hashes between it and the signed root."], index);
    byId("entry").replaceChildren();
    byId<HTMLElement>("entry").hidden = true;
    try {
      const tree = await this.#tree(index);
      if (turn !== this.#turn) return;
      if (!tree) return this.#withoutLog(index);
      const { size } = tree.checkpoint;
      if (index >= size) {
        return this.#head("unknown", `There is no entry ${count(index)} yet`, [size === 0n ? "The signed log is empty." : `The signed log has ${counted(size, "entry", "entries")}, counted from 0: the last is `, size > 0n ? link(size - 1n) : undefined, size > 0n ? "." : undefined], index);
      }
      const proof = await this.#prove(tree, index);
      const payload = proof.failure ? undefined : await this.#payload(proof);
      if (turn === this.#turn) this.#render(proof, payload);
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof VerifiedFalse) this.#failed(index, error);
      else if (error instanceof CouldNotTell) this.#head("unknown", `Could not tell about entry ${count(index)}`, [error.message], index);
      else throw error;
    }
  }

  /** The entry's proof, good or false; what the browser's own cache made false is asked for again first. */
  async #prove(tree: SignedTree, index: bigint): Promise<EntryProof> {
    let last: EntryProof | undefined;
    return this.session
      .patiently(async () => {
        const [bytes] = await readEntries(tree, index, index + 1n);
        if (!bytes) throw new VerifiedFalse("entry", "bundle-malformed");
        last = undefined;
        last = await proveEntry(tree, index, bytes);
        if (last.failure) throw last.failure;
        return last;
      })
      .catch((error: unknown) => {
        // A false proof is drawn too.
        if (last && error === last.failure) return last;
        throw error;
      });
  }

  /** The tree; looked at anew where it does not reach to the entry. */
  async #tree(index: bigint) {
    if (!this.session.tree) await this.session.check();
    if (this.session.tree && index >= this.session.tree.checkpoint.size) await this.session.check();
    return this.session.tree;
  }

  #withoutLog(index: bigint): void {
    const bad = this.session.verdict.kind === "false";
    this.#head(bad ? "false" : "unknown", bad ? `Do not rely on entry ${count(index)}` : `Could not tell about entry ${count(index)}`,
      [bad ? "A check of the log itself failed, below: nothing that it serves is believed, and this entry was not looked at." : "The log itself could not be read; see below."], index);
  }

  #failed(index: bigint, failure: VerifiedFalse): void {
    const { title, detail } = meaningOf(failure);
    this.#head("false", `Entry ${count(index)}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`, [detail], index, failure.code);
    byId("entry").replaceChildren(h("section", { class: "card" }, h("ol", { class: "checks" }, checkLine(failedLine(failure.check, failure)))));
    byId<HTMLElement>("entry").hidden = false;
  }

  #render(proof: EntryProof, payload: PayloadFinding | undefined): void {
    const tree = this.session.tree;
    if (!tree) return;
    const { index, entry } = proof;
    const failure = proof.failure ?? (payload?.kind === "shown" ? payload.failure : undefined);
    if (failure) {
      const { title, detail } = meaningOf(failure);
      this.#head("false", `Entry ${count(index)}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`, [detail], index, failure.code);
    } else {
      const about = entry ? [h("strong", { class: "name" }, shortened(entry.type)), `, recorded ${recordedTime(entry.recordedAt)} UTC by `, h("span", { class: "name" }, shortened(entry.actor)), "."] : ["It is not one of LiveLedger’s; it is proven all the same."];
      this.#head("good", `Entry ${count(index)} is in the signed log`, about, index);
    }
    this.#figure = new TreeFigure(proof, tree.checkpoint);
    byId("entry").replaceChildren(
      h("div", { class: "columns" },
        h("div", { class: "column" },
          h("section", { class: "card", "aria-labelledby": "checked-title" }, h("h2", { id: "checked-title" }, "What was checked of this entry"), h("ol", { class: "checks", id: "entry-checks" }, ...entryLines(proof, payload).map(checkLine))),
          entryFacts(proof)),
        h("section", { class: "card" }, this.#figure.element)),
      payloadCard(proof, payload, this.openTokenDialog));
    byId<HTMLElement>("entry").hidden = false;
    this.#figure.draw();
  }

  /** The payload, if the token opens it. */
  async #payload({ index, bytes, entry }: EntryProof): Promise<PayloadFinding> {
    const { text, claims } = this.token;
    if (!entry) return { kind: "hidden", reason: "Payloads of other kinds of logs are not known here.", needsToken: false };
    if (text === undefined) return { kind: "hidden", reason: "The log holds its digest only. The payload itself is kept by the server, for auditors and for the broadcaster it concerns.", needsToken: true };
    try {
      const questions = new LedgerQuestions(text);
      // A broadcaster asks about one of its own broadcasts; which one, the stream's head says.
      const broadcast = claims?.role === "broadcaster" ? (await questions.streamHead(entry.stream)).broadcast : undefined;
      const { rows } = await questions.entries({ ...(broadcast ? { broadcast } : {}), from: String(index), to: String(index + 1n) }, 1);
      const row: AnsweredEntry | undefined = rows.find((found) => found.index === index && sameBytes(found.bytes, bytes));
      if (!row) return { kind: "hidden", reason: "The server gave no payload for this entry.", needsToken: false };
      return { kind: "shown", payload: row.payload, failure: await checkPayload(entry, row.salt, row.payload) };
    } catch (error) {
      if (error instanceof Refused) return { kind: "hidden", reason: refusalText(error), needsToken: error.status === 401 };
      if (error instanceof CouldNotTell) return { kind: "hidden", reason: error.message, needsToken: false };
      throw error;
    }
  }

  #head(outcome: Outcome, title: string, detail: (Node | string | undefined)[], index: bigint, code?: string): void {
    const section = byId<HTMLElement>("entry-verdict");
    const size = this.session.tree?.checkpoint.size;
    section.hidden = false;
    section.dataset["outcome"] = outcome;
    section.setAttribute("role", outcome === "false" ? "alert" : "region");
    section.replaceChildren(...verdictHead({
      id: "entry-title", level: 1, outcome, title, code, detail,
      actions: [
        h("a", { class: "button plain", href: "#/" }, "All entries"),
        index > 0n ? h("a", { class: "button plain", href: `#/entry/${index - 1n}`, rel: "prev", "aria-label": `Entry ${count(index - 1n)}` }, "‹ Before") : undefined,
        size !== undefined && index + 1n < size ? h("a", { class: "button plain", href: `#/entry/${index + 1n}`, rel: "next", "aria-label": `Entry ${count(index + 1n)}` }, "Next ›") : undefined,
        outcome === "unknown" || outcome === "false" ? h("button", { type: "button", class: "button plain", onclick: () => void this.session.check().then(() => this.show(index)) }, "Check again") : undefined,
      ],
    }));
    if (outcome !== "false") announce(title);
  }
}

function entryLines(proof: EntryProof, payload: PayloadFinding | undefined): CheckLine[] {
  const { failure, leaf, leafInTree, steps } = proof;
  const code = (hash: Uint8Array): HTMLElement => h("code", { title: toHex(hash) }, `${toHex(hash).slice(0, 16)}…`);
  const lines: CheckLine[] = [];
  if (failure?.code === "entry-altered") {
    return [{ ...failedLine("entry", failure), detail: ["Its bytes hash to ", code(leaf), "; the signed tree has ", code(leafInTree), " here."] }];
  }
  lines.push({ name: "entry", outcome: failure ? "none" : "good", title: "The entry’s bytes were hashed", detail: [`SHA-256 of a zero byte and ${counted(proof.bytes.length, "byte")}: `, code(leaf)] });
  if (failure) return [...lines, failedLine("path", failure)];
  lines.push({
    name: "path", outcome: "good", title: steps.length === 0 ? "That is the signed root" : `${counted(steps.length, "hash", "hashes")} of neighbours lead from there to the signed root`,
    detail: ["So this entry, byte for byte, was in the log when it signed, at this place and no other."],
  });
  if (payload?.kind === "shown" && payload.failure) lines.push(failedLine("payload", payload.failure));
  else if (payload?.kind === "shown") lines.push({ name: "payload", outcome: "good", title: "The payload is the one the entry commits to", detail: ["SHA-256 of its salt and its stored bytes is the digest in the entry."] });
  else lines.push({ name: "payload", outcome: "none", title: "The payload was not looked at", detail: [payload?.reason] });
  return lines;
}

function link(index: bigint): HTMLElement {
  return h("a", { href: `#/entry/${index}` }, `entry ${count(index)}`);
}
