import { h } from "../auditPage/dom.js";
import { clock, counted, time } from "../auditPage/format.js";
import { announce } from "../page/elements.js";
import type { Deliveries, Delivery, Page, Webhook } from "../studio/answers.js";
import { hiddenKey } from "../studio/publisherCommands.js";
import type { StudioApi } from "../studio/studioApi.js";
import { choices, typesInWords, typesOf } from "../studio/webhookTypes.js";
import { ask } from "./dialogs.js";
import { button, card, copyBlock, pressed, ProblemLine, refresh, state, table } from "./parts.js";

/** Where a shop is told, and what became of telling it. */
export class WebhooksPanel {
  readonly #url = h("input", { id: "webhook-url", type: "url", autocomplete: "off", spellcheck: "false", placeholder: "https://", "aria-describedby": "webhook-hint" });
  readonly #types = h("select", { id: "webhook-types" }, ...choices.map(([value, words]) => h("option", { value }, words)));
  readonly #add = h("button", { class: "button", id: "webhook-add" }, "Add");
  readonly #adding = new ProblemLine();
  readonly #problem = new ProblemLine();
  readonly #list = h("div", { class: "hooks" }, h("p", { class: "empty" }, "Loading."));
  #hooks: readonly Webhook[] = [];
  /** The webhook whose deliveries are shown. */
  #opened: string | undefined;
  #deliveries: Deliveries | undefined;

  readonly element = card("Tell your shop", "webhooks",
    h("form", { novalidate: true, class: "row-form", onsubmit: (event) => {
      event.preventDefault();
      void this.#added();
    } },
      h("label", { for: "webhook-url" }, "Your shop’s address", this.#url), h("label", { for: "webhook-types" }, "Tell it of", this.#types), this.#add),
    h("p", { class: "hint", id: "webhook-hint" }, "Each message is signed with the webhook’s secret (Standard Webhooks), names no viewer, and is sent again for three days until the shop takes it."),
    this.#adding.element, this.#list, this.#problem.element);

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
  ) {}

  reload(): Promise<unknown> {
    return this.#problem.while(undefined, () => this.load());
  }

  /** The same, saying nothing of a failure. */
  async load(): Promise<void> {
    const opened = this.#opened;
    const { items } = await this.api.get<Page<Webhook>>(`${this.path}/webhooks`);
    const there = items.some(({ id }) => id === opened);
    const deliveries = opened !== undefined && there ? await this.api.get<Deliveries>(`${this.#at(opened)}/deliveries`) : undefined;
    // Meanwhile another may have been opened.
    if (opened !== this.#opened) return;
    if (!there) this.#opened = undefined;
    [this.#hooks, this.#deliveries] = [items, deliveries];
    this.#draw();
  }

  #at(id: string): string {
    return `${this.path}/webhooks/${id}`;
  }

  #draw(): void {
    refresh(this.#list, [this.#hooks, this.#opened, this.#deliveries], () => this.#hooks.length === 0
      ? [h("p", { class: "empty" }, "No shop is told. Add its address to have it hear of grants, revocations and the broadcast’s start and end by itself, or of licences if you choose those.")]
      : this.#hooks.map((hook) => this.#hook(hook)));
  }

  #hook(hook: Webhook): HTMLElement {
    const { host, origin } = new URL(hook.url);
    const open = this.#opened === hook.id;
    return h("section", { class: "hook", "aria-label": host },
      h("div", { class: "hook-head" },
        h("div", {}, h("h3", {}, host), h("p", { class: "hint" }, `${typesInWords(hook.types)}, since ${time(Date.parse(hook.addedAt))}`)),
        h("div", { class: "row-actions" },
          button(open ? "Hide deliveries" : "Deliveries", () => this.#open(open ? undefined : hook.id), { "data-key": `deliveries-${hook.id}`, "data-act": "deliveries", "aria-expanded": String(open), "aria-label": `Deliveries to ${host}` }),
          button("Remove", () => void this.#remove(hook, host), { "data-key": `remove-${hook.id}`, "data-act": "remove", class: "button plain small warns", "aria-label": `Remove: ${host}` }))),
      h("div", { class: "hook-keys" },
        h("div", { class: "fact" }, h("span", { class: "fact-name" }, "Address"), copyBlock("the shop’s address", () => hook.url, () => `${origin}/…`)),
        h("div", { class: "fact" }, h("span", { class: "fact-name" }, "Secret"), copyBlock("the webhook’s secret", () => hook.secret, () => hiddenKey))),
      open ? this.#deliveriesOf(hook) : undefined);
  }

  #deliveriesOf(hook: Webhook): HTMLElement {
    if (this.#deliveries === undefined) return h("p", { class: "empty" }, "Loading.");
    const { items, leftOut } = this.#deliveries;
    const missed = leftOut.map(({ type, messages, firstAt, lastAt }) => h("p", { class: "hint failure" },
      `${counted(messages, "message")} of ${type} never sent, from ${time(Date.parse(firstAt))} to ${time(Date.parse(lastAt))}: too many waited for the shop. The log has them.`));
    if (items.length === 0) return h("div", {}, ...missed, h("p", { class: "empty" }, "Nothing yet. What is logged from now on is told here."));
    return h("div", {}, ...missed, h("div", { class: "scrolls" }, table("Deliveries", ["Message", "Since", "Attempts", "State", ""], items.map((delivery) => [
      h("span", { class: "name" }, delivery.type), time(Date.parse(delivery.createdAt)), String(delivery.attempts),
      h("div", {}, standing(delivery), becauseOf(delivery)),
      h("div", { class: "row-actions" }, button("Send again", (event) => void this.#again(pressed(event), hook, delivery),
        { "data-key": `again-${delivery.message}`, "data-act": "again", "aria-label": `Send again: ${delivery.type}` })),
    ]))));
  }

  #open(id: string | undefined): void {
    [this.#opened, this.#deliveries] = [id, undefined];
    this.#draw();
    if (id !== undefined) void this.reload();
  }

  async #added(): Promise<void> {
    this.#url.removeAttribute("aria-invalid");
    const types = typesOf(this.#types.value);
    const good = await this.#adding.while(this.#add, () => this.api.post(`${this.path}/webhooks`, { url: this.#url.value.trim(), types }));
    if (!good) {
      this.#url.setAttribute("aria-invalid", "true");
      return this.#url.focus();
    }
    this.#url.value = "";
    await this.reload();
    announce("Webhook added");
    this.#url.focus();
  }

  async #remove(hook: Webhook, host: string): Promise<void> {
    const done = await ask({
      title: "Remove the webhook?", action: "Remove", act: () => this.api.delete(this.#at(hook.id)),
      text: `${host} is told nothing more, not even what still waits for it. Added again, it has another secret.`,
    });
    if (!done) return;
    await this.reload();
    announce(`Removed: ${host}`);
    this.element.querySelector<HTMLElement>("h2")?.focus();
  }

  async #again(by: HTMLButtonElement, hook: Webhook, delivery: Delivery): Promise<void> {
    if (!(await this.#problem.while(by, () => this.api.post(`${this.#at(hook.id)}/deliveries/${delivery.message}/redelivery`)))) return;
    await this.reload();
    announce(`Sent again: ${delivery.type}`);
  }
}

function standing({ state: word }: Delivery): HTMLElement {
  return word === "delivered" ? state("Delivered", "good") : word === "waiting" ? state("Waiting", "warn") : state("Given up", "bad");
}

/** Why the shop does not have it yet, and when it is tried again. */
function becauseOf({ state: word, attempts, failure, dueAt }: Delivery): Node | string {
  if (word === "delivered" || attempts === 0) return "";
  const next = word === "waiting" && dueAt !== null ? `; next try at ${clock(Date.parse(dueAt))}` : `, after ${counted(attempts, "attempt")}`;
  return h("span", { class: "hint failure" }, `${failure ?? ""}${next}`);
}
