import type { Succession } from "../auditing/succession.js";
import type { Outcome } from "./checkList.js";
import { h, icon } from "./dom.js";
import { count, shortened } from "./format.js";

/** What the server says of the change, and what of that this browser could check. It informs a person; it changes no verdict. */
export function successionNote(said: Succession): HTMLElement {
  const line = (outcome: Outcome, ...text: (Node | string)[]): HTMLElement => h("li", { class: "check", "data-said": outcome }, h("span", { class: "mark", "data-outcome": outcome }, icon(outcome)), h("p", {}, ...text));
  const name = (text: string): HTMLElement => h("span", { class: "name" }, shortened(text));
  return h("section", { class: "said", id: "succession", "aria-labelledby": "succession-title" },
    h("h2", { id: "succession-title" }, "What the server says of this"),
    h("p", {}, "That ", name(said.origin), " takes the place of ", name(said.predecessor), ", which has ended. Its operator’s reason",
      said.at ? `, given ${said.at.slice(0, 10)}` : "", ": ", h("q", {}, shortened(said.reason || "none")), "."),
    h("ul", { class: "checks" },
      line(said.namesKnownKey ? "good" : "false", said.namesKnownKey ? "It names the log that this browser knows, by its key." : "It does not name the log that this browser knows."),
      line(said.sameKey ? "good" : "none", said.sameKey ? "The same key signs under the new name: whoever had the old log’s key opened this one." : "Another key signs: nothing but the server’s word ties the two together."),
      said.promised === undefined ? "" : line("none", `The old log signed a tree of ${count(said.promised)} entries in the end, as far as the server shows.`),
      line(said.beginsWithSeen === undefined ? "unknown" : said.beginsWithSeen ? "good" : "false",
        said.beginsWithSeen === undefined ? "Whether it begins with what you saw could not be told."
        : said.beginsWithSeen ? `It begins with all ${count(said.seen)} entries that this browser saw: none of them was changed or lost.`
        : `It does not begin with the ${count(said.seen)} entries that this browser saw: some were changed or lost.`)));
}
