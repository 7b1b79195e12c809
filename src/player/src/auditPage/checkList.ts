import type { CheckName } from "../auditing/failure.js";
import { h, icon } from "./dom.js";

/** `none`: was not checked, and why is said. */
export type Outcome = "good" | "false" | "unknown" | "none" | "checking";

/** One line of what was checked. */
export interface CheckLine {
  readonly name: CheckName;
  readonly outcome: Outcome;
  /** The failure's code, for those who report it. */
  readonly code?: string | undefined;
  readonly title: string;
  readonly detail: readonly (Node | string | undefined)[];
}

const spoken: Record<Outcome, string> = { good: "Good", false: "False", unknown: "Could not tell", none: "Not checked", checking: "Checking" };

export function checkLine({ name, outcome, code, title, detail }: CheckLine): HTMLElement {
  return h("li", { class: "check", "data-check": name, "data-outcome": outcome, "data-code": code },
    h("span", { class: "mark" }, icon(outcome), h("span", { class: "visually-hidden" }, `${spoken[outcome]}: `)),
    h("div", {}, h("p", { class: "check-title" }, title), h("p", { class: "check-detail" }, ...detail)));
}

/** The head of the page: a verdict, and what it is about. */
export function verdictHead(options: {
  id: string; level: 1 | 2; outcome: Outcome; title: string; code?: string | undefined; detail: readonly (Node | string | undefined)[]; actions?: readonly (Node | undefined)[];
}): Node[] {
  const { id, level, outcome, title, code, detail, actions = [] } = options;
  return [
    h("span", { class: "seal" }, icon(outcome)),
    h("div", { class: "verdict-text" },
      h(level === 1 ? "h1" : "h2", { id, tabindex: "-1" }, h("span", { class: "visually-hidden" }, outcome === "checking" ? "" : `${spoken[outcome]}: `), title),
      h("p", {}, ...detail),
      code ? h("p", { class: "code-line" }, "Check that failed: ", h("code", {}, code)) : undefined),
    h("div", { class: "verdict-actions" }, ...actions),
  ];
}
