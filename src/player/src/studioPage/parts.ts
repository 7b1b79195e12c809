import { h, icon } from "../auditPage/dom.js";
import { announce } from "../page/elements.js";
import { Problem } from "../studio/studioApi.js";
import { inWords } from "./problemWords.js";

/** A place where a failure is said, once the page has it. */
export class ProblemLine {
  readonly element = h("div", { class: "form-problem", role: "alert", hidden: true });

  say(error: unknown): void {
    const code = error instanceof Problem ? error.code : "";
    this.element.replaceChildren(h("p", {}, inWords(error)), ...(code ? [h("p", { class: "code-line" }, h("code", {}, code))] : []));
    this.element.hidden = false;
  }

  tell(text: string): void {
    this.element.replaceChildren(h("p", {}, text));
    this.element.hidden = false;
  }

  clear(): void {
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Runs an action once at a time: its button waits, and what fails is said. True if nothing failed. */
  async while(button: HTMLButtonElement | undefined, action: () => Promise<unknown>): Promise<boolean> {
    if (button?.getAttribute("aria-busy") === "true") return false;
    button?.setAttribute("aria-busy", "true");
    try {
      await action();
      this.clear();
      return true;
    } catch (error) {
      this.say(error);
      return false;
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }
}

const shown = new WeakMap<Element, string>();
const waiting = new WeakMap<Element, ReturnType<typeof setTimeout>>();
const pressedLookMs = 100;

/** Replaces content only where what it shows changed, and leaves the focus on the same control (by `data-key`). What is pressed just now stays until it is let go. */
export function refresh(container: HTMLElement, facts: unknown, draw: () => readonly (Node | string)[]): void {
  clearTimeout(waiting.get(container));
  const text = JSON.stringify(facts);
  if (shown.get(container) === text) return;
  // A button that goes between press and release hears of no click. Which event would end that differs between mouse, touch and keyboard, so it is looked at again.
  if (container.querySelector(":is(a, button, summary):active")) {
    waiting.set(container, setTimeout(() => refresh(container, facts, draw), pressedLookMs));
    return;
  }
  shown.set(container, text);
  const key = container.contains(document.activeElement) ? document.activeElement?.getAttribute("data-key") : undefined;
  container.replaceChildren(...draw());
  if (key) container.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

/** A table whose rows become cards on a phone; each cell names its column. */
export function table(caption: string, names: readonly string[], rows: readonly (readonly (Node | string)[])[]): HTMLElement {
  return h("table", { class: "rows" },
    h("caption", { class: "visually-hidden" }, caption),
    h("thead", {}, h("tr", {}, ...names.map((name) => h("th", { scope: "col" }, name || h("span", { class: "visually-hidden" }, "Actions"))))),
    h("tbody", {}, ...rows.map((cells) => h("tr", {}, ...cells.map((cell, i) => h(i === 0 ? "th" : "td", { ...(i === 0 ? { scope: "row" } : {}), "data-column": names[i] || undefined }, cell))))));
}

export function button(text: string, onclick: (event: MouseEvent) => void, more: Record<string, unknown> = {}): HTMLButtonElement {
  return h("button", { type: "button", class: "button plain small", onclick, ...more }, text);
}

/** The button that was pressed. */
export function pressed(event: Event): HTMLButtonElement {
  return event.currentTarget as HTMLButtonElement;
}

/** Text to copy in a block of its own; `visible` may differ where a secret is hidden. */
export function copyBlock(what: string, text: () => string, visible: () => string): HTMLElement {
  const pre = h("pre", { tabindex: "0", "aria-label": what }, visible());
  const copy = h("button", { type: "button", class: "copy", "aria-label": `Copy ${what}`, onclick: () => void take() }, icon("copy"));
  async function take(): Promise<void> {
    const copied = await (navigator.clipboard as Clipboard | undefined)?.writeText(text()).then(() => true, () => false);
    if (copied) {
      copy.dataset["copied"] = "true";
      announce(`Copied ${what}`);
      setTimeout(() => delete copy.dataset["copied"], 1500);
    } else {
      // Where the browser forbids it, the person copies by hand what must then be seen.
      pre.textContent = text();
      getSelection()?.selectAllChildren(pre);
    }
  }
  return h("div", { class: "copy-block" }, pre, copy);
}

export function card(title: string, id: string, ...children: (Node | string | undefined | false)[]): HTMLElement {
  return h("section", { class: "card", id, "aria-labelledby": `${id}-title` }, h("h2", { id: `${id}-title`, tabindex: "-1" }, title), ...children);
}

export function state(word: string, tone: "good" | "bad" | "warn" | "live" | "soft"): HTMLElement {
  return h("span", { class: "state", "data-tone": tone }, word);
}
