import type { AuditSession } from "../auditing/auditSession.js";
import type { ApiToken } from "../network/apiToken.js";
import { type EntryPage, foundEntries, isFailure, type ListedEntry, newestEntries, proveEntries } from "../auditing/entryPages.js";
import type { EntryProof } from "../auditing/entryProof.js";
import { CouldNotTell, VerifiedFalse } from "../auditing/failure.js";
import { type Filters, filterNames, LedgerQuestions, Refused } from "../auditing/ledgerQuestions.js";
import { asksForStream, type StreamFinding, StreamPages } from "../auditing/searchAnswer.js";
import { announce, byId, setText } from "../page/elements.js";
import { parseEntry } from "../verify/log/ledgerEntry.js";
import { h, icon } from "./dom.js";
import { count, counted, recordedTime, shortened } from "./format.js";
import { meaningOf, refusalText } from "./wording.js";

/** What is listed. */
export type Listing = { readonly kind: "newest"; readonly before: bigint | undefined } | { readonly kind: "search"; readonly filters: Filters };

/** A page of entries, each proven by this browser before its row says so. */
export class EntryList {
  #turn = 0;
  readonly #streams = new StreamPages();
  readonly #body = byId<HTMLElement>("list-body");
  readonly #state = byId<HTMLElement>("list-state");
  readonly #why = byId<HTMLElement>("list-why");
  readonly #progress = byId<HTMLProgressElement>("list-progress");
  readonly #pager = byId<HTMLElement>("pager");

  constructor(
    private readonly session: AuditSession,
    private readonly token: ApiToken,
    private readonly openTokenDialog: () => void,
  ) {}

  async show(listing: Listing): Promise<void> {
    const turn = ++this.#turn;
    setText(byId("list-title"), listing.kind === "search" ? "Found entries" : listing.before === undefined ? "Newest entries" : "Older entries");
    this.#say("", "Fetching");
    this.#pager.hidden = true;
    this.#progress.hidden = true;
    try {
      if (!this.session.tree) await this.session.check();
      if (turn !== this.#turn) return;
      const page = await this.#read(listing);
      if (turn === this.#turn && page) await this.#render(listing, page, turn);
    } catch (error) {
      if (turn !== this.#turn) return;
      if (error instanceof Refused) this.#empty(refusalText(error), error.status === 401 || error.status === 403);
      else if (error instanceof VerifiedFalse) this.#empty(`${meaningOf(error).title}. ${meaningOf(error).detail}`, false);
      else if (error instanceof CouldNotTell) this.#empty(error.message, false);
      else throw error;
    }
  }

  hide(): void {
    this.#turn++;
  }

  async #read(listing: Listing): Promise<EntryPage | undefined> {
    const tree = this.session.tree;
    if (!tree) {
      this.#empty(this.session.verdict.kind === "false" ? "Nothing is listed: what this log serves is not believed until the failure above is explained." : "Nothing can be listed until the log answers.", false);
      return undefined;
    }
    if (listing.kind === "newest") return this.session.patiently(() => newestEntries(tree, listing.before));
    if (this.token.text === undefined) {
      this.#empty("Searching by what entries are about needs a token.", true);
      return undefined;
    }
    const page = await foundEntries(new LedgerQuestions(this.token.text), listing.filters);
    // The log grew since it was looked at: what was found has to be in a tree that is signed.
    const last = page.rows.at(-1);
    if (last && last.index >= tree.checkpoint.size) await this.session.check();
    return page;
  }

  async #render(listing: Listing, page: EntryPage, turn: number): Promise<void> {
    const tree = this.session.tree;
    if (!tree) return this.#empty("The log can no longer be checked; see above.", false);
    this.#page(listing, page);
    const searched = listing.kind === "search" ? listing.filters : undefined;
    const judged = (): StreamFinding => (searched && asksForStream(searched) ? this.#streams.judge(searched, page) : { kind: "none" });
    if (page.rows.length === 0) {
      // No row is an answer like another: it may be what was left of a stream.
      const finding = judged();
      if (finding.kind === "none") return this.#empty(searched ? "No entry matches. Entries count from 0; times are in UTC and by the server’s clock." : "The signed log has no entries yet.", false);
      this.#empty("The server answered with no entry.", false);
      return this.#sayOfStream("No entry", finding);
    }
    const marks = new Map<ListedEntry, HTMLElement>(page.rows.map((row) => [row, h("td", { class: "mark-cell" }, pending())]));
    this.#body.replaceChildren(table(page.rows, marks));
    this.#progress.hidden = false;
    this.#progress.max = page.rows.length;
    let [done, untold] = [0, 0];
    const [wrong, strange]: [VerifiedFalse[], VerifiedFalse[]] = [[], []];
    await proveEntries(tree, page.rows, searched, (row, proof) => {
      if (turn !== this.#turn) return;
      const outcome = !(proof instanceof Error) ? "good" : isFailure(proof) ? "false" : "unknown";
      if (proof instanceof VerifiedFalse) (proof.check === "search" ? strange : wrong).push(proof);
      untold += outcome === "unknown" ? 1 : 0;
      mark(marks.get(row), outcome, proof);
      this.#progress.value = ++done;
      this.#say("", `Checking ${done} of ${page.rows.length}`);
    });
    if (turn !== this.#turn) return;
    this.#progress.hidden = true;
    // What is wrong may lie in the browser's own cache: once more from the network, then it is said.
    if (wrong.length > 0 && this.session.distrustCache()) return this.show(listing);
    if (wrong.length > 0) {
      this.#say("false", `${counted(wrong.length, "row is", "rows are")} not what was signed`, wrong[0]);
    } else if (strange.length > 0) {
      this.#say("false", `${counted(strange.length, "row is", "rows are")} not what was searched for`, strange[0]);
    } else if (untold > 0) {
      this.#say("unknown", `${counted(untold, "row")} could not be checked`);
    } else {
      this.#sayOfStream(`${counted(page.rows.length, "entry", "entries")}, ${page.rows.length === 1 ? "" : "each "}proven to be in the signed log`, judged());
    }
  }

  /** Says what is good of the rows, and what their versions say of rows that are not there. */
  #sayOfStream(good: string, finding: StreamFinding): void {
    switch (finding.kind) {
      case "left-out":
        return this.#say("false", `Version ${count(finding.version)} of the stream was left out of this answer`, new VerifiedFalse("search", "version-left-out"));
      case "untold":
        return this.#say("unknown", `Whether a version of the stream was left out could not be told: ${finding.reason}`);
      case "none":
        return this.#say("good", good);
      case "unbroken": {
        const { first, last, before } = finding;
        const versions = first === last ? `version ${count(first)}` : `versions ${count(first)} to ${count(last)}`;
        // Where the search began within the stream, what came before is not known: no more is said than was seen.
        return this.#say("good", `${good}; ${before ? "with the pages before, " : ""}${versions} of the stream${first === last ? "" : ", without a gap"}`);
      }
    }
  }

  #page(listing: Listing, { next }: EntryPage): void {
    const links: Node[] = [];
    if (listing.kind === "newest") {
      if (listing.before !== undefined) links.push(h("a", { class: "button plain", href: "#/" }, "Newest"));
      if (next) links.push(h("a", { class: "button plain", href: `#/newest/${next}`, rel: "next" }, "Older ›"));
    } else {
      if (listing.filters.from && history.length > 1) links.push(h("button", { type: "button", class: "button plain", onclick: () => history.back() }, "‹ Back"));
      if (next) links.push(h("a", { class: "button plain", href: searchAddress({ ...listing.filters, from: next }), rel: "next" }, "Next page ›"));
    }
    this.#pager.replaceChildren(...links);
    this.#pager.hidden = links.length === 0;
  }

  #empty(text: string, needsToken: boolean): void {
    this.#say("", "");
    this.#progress.hidden = true;
    this.#body.replaceChildren(h("p", { class: "empty" }, text), needsToken ? h("button", { type: "button", class: "button plain", onclick: this.openTokenDialog }, this.token.text === undefined ? "Give a token" : "Give another token") : "");
    announce(text);
  }

  #say(outcome: string, text: string, failure?: VerifiedFalse): void {
    this.#state.dataset["outcome"] = outcome;
    setText(this.#state, text);
    this.#why.hidden = !failure;
    this.#why.replaceChildren(...(failure ? [meaningOf(failure).detail, h("span", { class: "code-line" }, "Check that failed: ", h("code", {}, failure.code))] : []));
    if (outcome !== "") announce(text);
  }
}

/** The address of a search on this page. */
export function searchAddress(filters: Filters): string {
  const query = new URLSearchParams();
  for (const name of filterNames) if (filters[name]) query.set(name, filters[name]);
  return `#/search?${query}`;
}

function table(rows: readonly ListedEntry[], marks: ReadonlyMap<ListedEntry, HTMLElement>): HTMLElement {
  const names = ["Entry", "Recorded (UTC)", "Event", "Stream", "Actor", "Proven"];
  return h("table", { class: "entries" },
    h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...rows.map((row) => {
      const entry = parseEntry(row.bytes);
      return h("tr", { "data-index": String(row.index) },
        h("th", { scope: "row" }, h("a", { href: `#/entry/${row.index}` }, count(row.index))),
        h("td", { class: "when" }, entry ? recordedTime(entry.recordedAt) : ""),
        h("td", { class: "event" }, entry ? name(entry.type) : "Not one of LiveLedger’s"),
        h("td", { class: "stream" }, entry && name(entry.stream), entry && h("span", { class: "version" }, ` v${count(entry.streamVersion)}`)),
        h("td", { class: "actor" }, entry && name(entry.actor)),
        marks.get(row));
    })));
}

function name(text: string): HTMLElement {
  return h("span", { class: "name" }, shortened(text));
}

function pending(): HTMLElement {
  return h("span", { class: "row-mark", "data-outcome": "checking" }, icon("checking"), h("span", { class: "visually-hidden" }, "Being checked"));
}

function mark(cell: HTMLElement | undefined, outcome: "good" | "false" | "unknown", proof: EntryProof | Error): void {
  const failure = proof instanceof Error && isFailure(proof) ? proof : undefined;
  const said = outcome === "good" ? "Proven" : failure ? failure.code : "Could not tell";
  cell?.replaceChildren(h("span", { class: "row-mark", "data-outcome": outcome, "data-code": failure?.code }, icon(outcome), h("span", { class: outcome === "good" ? "visually-hidden" : "" }, said)));
}
