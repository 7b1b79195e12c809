import { type Filters, filterNames } from "../auditing/ledgerQuestions.js";
import { byId, setText } from "../page/elements.js";
import { parseDecimal } from "../verify/log/checkpoint.js";
import { searchAddress } from "./entryList.js";

/** Opening an entry by its number, and searching. Both only change the address; the page follows it. */
export class FindForm {
  readonly #form = byId<HTMLFormElement>("search-form");
  readonly #problem = byId<HTMLElement>("search-problem");

  constructor() {
    const index = byId<HTMLInputElement>("open-index");
    byId("open-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = parseDecimal(index.value.trim().replace(/[,\u202f ]/g, ""));
      index.setAttribute("aria-invalid", String(wanted === undefined));
      setText(byId("open-hint"), wanted === undefined ? "An entry’s number: digits only, counted from 0." : "Anybody may: what is in the log is public.");
      if (wanted === undefined) index.focus();
      else location.hash = `#/entry/${wanted}`;
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search();
    });
    this.#form.addEventListener("reset", () => {
      this.#problem.hidden = true;
      location.hash = "#/";
    });
  }

  /** Shows what is searched for. */
  fill(filters: Filters): void {
    for (const name of filterNames) {
      const value = filters[name] ?? "";
      this.#field(name).value = name === "since" || name === "until" ? value.replace(/Z$/, "").slice(0, 19) : value;
    }
  }

  /** Says whether a search will need a token first. */
  hint(hasToken: boolean): void {
    setText(byId("search-hint"), hasToken ? "All that is given has to hold. Every row found is proven by this browser." : "Needs a token; it is asked for when you search.");
  }

  #search(): void {
    const filters: Filters = {};
    for (const name of filterNames) {
      const value = this.#field(name).value.trim();
      if (value !== "") filters[name] = name === "since" || name === "until" ? rfc3339(value) : value;
    }
    const problem = problemWith(filters);
    this.#problem.hidden = !problem;
    setText(this.#problem, problem ?? "");
    if (problem) return;
    const address = searchAddress(filters);
    // The same search again is a new look.
    if (location.hash === address) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = address;
  }

  #field(name: string): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }
}

/** `2026-11-21T11:30`, with or without seconds, as the API wants it. */
function rfc3339(local: string): string {
  return `${local.length === 16 ? `${local}:00` : local.slice(0, 19)}Z`;
}

function problemWith({ from, to, since, until }: Filters): string | undefined {
  const [first, end] = [from, to].map((text) => (text === undefined ? undefined : parseDecimal(text)));
  if ((from !== undefined && first === undefined) || (to !== undefined && end === undefined)) return "Entry numbers are digits only, counted from 0.";
  if (end !== undefined && end <= (first ?? 0n)) return "“Below entry” has to be above “from entry”.";
  return since && until && since >= until ? "The time before which has to be later than the time from which." : undefined;
}
