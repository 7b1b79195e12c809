import { h } from "../auditPage/dom.js";
import { byId } from "../page/elements.js";
import { ProblemLine } from "./parts.js";

interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button that does it says. */
  readonly action: string;
  /** A text that is asked for: its label, and its longest form. */
  readonly input?: { readonly label: string; readonly maxLength: number };
  readonly harmless?: boolean;
  readonly act: (input: string) => Promise<unknown>;
}

/** Asks before something is done that cannot be undone, or needs a word more; the dialog stays open if it fails. True if it was done. */
export function ask(question: Question): Promise<boolean> {
  const problem = new ProblemLine();
  const input = question.input && h("input", { id: "dialog-input", autocomplete: "off", maxlength: question.input.maxLength });
  const act = h("button", { class: question.harmless ? "button" : "button danger", id: "dialog-yes" }, question.action);
  let done = false;
  const form = h("form", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    void problem.while(act, () => question.act(input?.value.trim() ?? "")).then((good) => {
      if (!good) return void input?.focus();
      done = true;
      byId<HTMLDialogElement>("dialog").close();
    });
  } },
    h("p", {}, question.text),
    question.input && input ? h("label", { for: "dialog-input" }, question.input.label, input) : undefined,
    problem.element,
    h("div", { class: "dialog-actions" }, act, h("button", { type: "button", class: "button plain", id: "dialog-no", onclick: () => byId<HTMLDialogElement>("dialog").close() }, "Cancel")));
  return open(question.title, form, input ?? form.querySelector<HTMLElement>("#dialog-no")).then(() => done);
}

/** Shows something until it is closed. */
export function tell(title: string, ...content: Node[]): Promise<void> {
  const close = h("button", { type: "button", class: "button", onclick: () => byId<HTMLDialogElement>("dialog").close() }, "Done");
  return open(title, h("div", {}, ...content, h("div", { class: "dialog-actions" }, close)), close);
}

function open(title: string, content: HTMLElement, focus: HTMLElement | null): Promise<void> {
  const dialog = byId<HTMLDialogElement>("dialog");
  const body = byId<HTMLElement>("dialog-body");
  body.replaceChildren(h("h2", { id: "dialog-title" }, title), content);
  const opener = document.activeElement;
  dialog.showModal();
  focus?.focus();
  return new Promise((resolve) => {
    const onClose = (): void => {
      const isOurs = body.contains(content);
      // That the one before was closed may be told once this one is open: a browser says so some time later.
      if (isOurs && dialog.open) return;
      dialog.removeEventListener("close", onClose);
      // A dialog may have shown a ticket: nothing of it stays.
      if (isOurs) body.replaceChildren();
      // The browser gives the focus back to what had it, and not to what a look has drawn in its place meanwhile.
      if (isOurs && opener && !opener.isConnected) document.querySelector<HTMLElement>(`[data-key="${CSS.escape(opener.getAttribute("data-key") ?? "")}"]`)?.focus();
      resolve();
    };
    dialog.addEventListener("close", onClose);
  });
}
