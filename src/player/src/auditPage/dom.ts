import { announce } from "../page/elements.js";

type Child = Node | string | undefined | false;
type Handlers = { [K in keyof HTMLElementEventMap as `on${K}`]?: (event: HTMLElementEventMap[K]) => void };

/** An element with attributes, handlers (`onclick: …`) and children; what is undefined or false is left out. Text is text, never markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Handlers & Record<string, unknown> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  set(element, attributes);
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

/** The same for SVG. */
export function svg(tag: string, attributes: Record<string, unknown> = {}, ...children: readonly Child[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, attributes);
  element.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
  return element;
}

/** One of the page's symbols. */
export function icon(name: string): SVGElement {
  return svg("svg", { "aria-hidden": "true", class: "icon" }, svg("use", { href: `#i-${name}` }));
}

/** A long value in code type, with a button that copies it whole; where the browser forbids that, it is selected instead. */
export function copyable(text: string, what: string): HTMLElement {
  const code = h("code", {}, text);
  const button = h("button", { type: "button", class: "copy", "aria-label": `Copy ${what}`, onclick: () => void copy() }, icon("copy"));
  async function copy(): Promise<void> {
    const copied = await (navigator.clipboard as Clipboard | undefined)?.writeText(text).then(() => true, () => false);
    if (!copied) return void getSelection()?.selectAllChildren(code);
    button.dataset["copied"] = "true";
    announce(`Copied ${what}`);
    setTimeout(() => delete button.dataset["copied"], 1500);
  }
  return h("span", { class: "copyable" }, code, button);
}

function set(element: Element, attributes: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}
