import { copyable, h } from "../auditPage/dom.js";
import { time } from "../auditPage/format.js";
import { announce } from "../page/elements.js";
import type { Entitlement, Offer, Page } from "../studio/answers.js";
import type { StudioApi } from "../studio/studioApi.js";
import { toHex } from "../verify/bytes.js";
import { ask, tell } from "./dialogs.js";
import { button, card, pressed, ProblemLine, refresh, state, table } from "./parts.js";

const pageSize = 20;
const day = 86_400;

/** Who may watch: grants, and what is done with each. */
export class ViewersPanel {
  readonly #viewer = h("input", { id: "viewer", autocomplete: "off", spellcheck: "false", "aria-describedby": "viewer-hint" });
  readonly #offer = h("select", { id: "grant-offer" }, h("option", { value: "" }, "Everything, no limits"));
  readonly #grant = h("button", { class: "button", id: "grant" }, "Grant");
  readonly #granting = new ProblemLine();
  readonly #problem = new ProblemLine();
  readonly #list = h("div", { class: "scrolls" }, h("p", { class: "empty" }, "Loading."));
  readonly #pager = h("nav", { class: "pager", "aria-label": "Pages of entitlements", hidden: true });
  /** The `after` of each page up to the one that is shown. */
  #pages: (string | undefined)[] = [undefined];
  #attempt: { what: string; key: string } | undefined;
  #offers: readonly Offer[] = [];
  #shown: Page<Entitlement> | undefined;
  onChange: (entitlement: string) => void = () => undefined;

  readonly element = card("Who may watch", "viewers",
    h("form", { novalidate: true, class: "row-form", onsubmit: (event) => {
      event.preventDefault();
      void this.#granted();
    } },
      h("label", { for: "viewer" }, "Viewer", this.#viewer), h("label", { for: "grant-offer" }, "Under the terms of", this.#offer), this.#grant),
    h("p", { class: "hint", id: "viewer-hint" }, "Your own name or number for the viewer. It is stored encrypted, and can be erased."),
    this.#granting.element, this.#list, this.#pager, this.#problem.element);

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly look: () => Promise<unknown>,
  ) {}

  setOffers(offers: readonly Offer[]): void {
    // A list of choices that is open just now would be closed by being made anew.
    if (JSON.stringify(offers) === JSON.stringify(this.#offers)) return;
    this.#offers = offers;
    const chosen = this.#offer.value;
    const onSale = offers.filter((offer) => offer.state === "for-sale");
    this.#offer.replaceChildren(h("option", { value: "" }, "Everything, no limits"), ...onSale.map((offer) => h("option", { value: offer.id }, offer.terms.name || `Offer ${offer.id.slice(0, 8)}`)));
    this.#offer.value = onSale.some(({ id }) => id === chosen) ? chosen : "";
    if (this.#shown) this.#draw(this.#shown);
  }

  reload(): Promise<unknown> {
    return this.#problem.while(undefined, () => this.load());
  }

  /** The same, saying nothing of a failure: who looks now and then does not wipe away what was said of an action. */
  async load(): Promise<void> {
    const after = this.#pages.at(-1);
    const page = await this.api.get<Page<Entitlement>>(`${this.path}/entitlements?limit=${pageSize}${after ? `&after=${after}` : ""}`);
    // Meanwhile another page may have been turned to.
    if (after !== this.#pages.at(-1)) return;
    this.#shown = page;
    this.#draw(page);
  }

  #draw(page: Page<Entitlement>): void {
    refresh(this.#list, [page, this.#offers], () => page.items.length === 0
      ? [h("p", { class: "empty" }, this.#pages.length > 1 ? "No more." : "Nobody yet. Grant a viewer above, or have your shop do it.")]
      : [table("Entitlements", ["Viewer", "Terms", "Granted", "State", ""], page.items.map((entitlement) => this.#row(entitlement)))]);
    const [back, next] = [this.#pages.length > 1, page.next];
    this.#pager.hidden = !back && !next;
    refresh(this.#pager, [back, next], () => [
      back ? button("‹ Back", () => void this.#turn(() => this.#pages.pop()), { "data-key": "back" }) : "",
      next ? button("Next page ›", () => void this.#turn(() => this.#pages.push(next)), { "data-key": "next" }) : "",
    ]);
  }

  #turn(change: () => unknown): Promise<unknown> {
    change();
    return this.reload();
  }

  #row(entitlement: Entitlement): (Node | string)[] {
    const { id, viewer, viewerErased, grantedAt, offer, offerVersion } = entitlement;
    const name = viewer ?? (viewerErased ? "Erased" : "Not shown");
    const sold = offer === null ? "Everything" : `${this.#offers.find((known) => known.id === offer)?.terms.name || `Offer ${offer.slice(0, 8)}`}, version ${offerVersion}`;
    const act = (text: string, verb: string, more: Record<string, unknown>, action: (by: HTMLButtonElement) => unknown): HTMLElement =>
      button(text, (event) => void action(pressed(event)), { "data-key": `${verb}-${id}`, "data-act": verb, "aria-label": `${text}: ${name}`, ...more });
    const actions: HTMLElement[] = [];
    if (entitlement.state === "active" && viewer !== null) actions.push(act("Watch link", "link", {}, (by) => this.#link(by, viewer)));
    if (entitlement.state === "active") actions.push(act("Suspend", "suspend", {}, (by) => this.#change(by, id, "Suspended", () => this.api.post(`${this.#at(id)}/suspension`))));
    if (entitlement.state === "suspended") actions.push(act("Resume", "resume", {}, (by) => this.#change(by, id, "Resumed", () => this.api.delete(`${this.#at(id)}/suspension`))));
    if (entitlement.state === "active" || entitlement.state === "suspended") actions.push(act("Revoke", "revoke", { class: "button plain small warns" }, () => this.revoke(id, name)));
    if (entitlement.state !== "refunded") actions.push(act("Refund", "refund", {}, () => this.#refund(id, name)));
    return [h("span", { class: "name" }, name), h("span", { class: "name" }, sold), time(Date.parse(grantedAt)), standing(entitlement.state), h("div", { class: "row-actions" }, ...actions)];
  }

  #at(id: string): string {
    return `${this.path}/entitlements/${id}`;
  }

  async revoke(id: string, name: string): Promise<void> {
    const done = await ask({
      title: "Revoke the entitlement?", action: "Revoke", act: () => this.api.delete(this.#at(id)),
      text: `${name} gets no more keys, and sees the end of what is playing within one key period. It cannot be undone; you can grant anew.`,
    });
    if (done) await this.#changed(id, `Revoked: ${name}`);
  }

  async #refund(id: string, name: string): Promise<void> {
    const done = await ask({
      title: "Refund the entitlement?", action: "Refund", act: () => this.api.post(`${this.#at(id)}/refund`),
      text: `The ledger notes that ${name} got the price back, and the entitlement ends. The money itself is your shop’s to move.`,
    });
    if (done) await this.#changed(id, `Refunded: ${name}`);
  }

  async #change(by: HTMLButtonElement, id: string, said: string, action: () => Promise<unknown>): Promise<void> {
    if (await this.#problem.while(by, action)) await this.#changed(id, said);
  }

  async #changed(id: string, said: string): Promise<void> {
    this.onChange(id);
    await Promise.all([this.reload(), this.look()]);
    announce(said);
    // The pressed button went with the old row.
    if (document.activeElement === document.body) this.element.querySelector<HTMLElement>("h2")?.focus();
  }

  async #granted(): Promise<void> {
    const [viewer, offer] = [this.#viewer.value, this.#offer.value];
    const what = JSON.stringify([viewer, offer]);
    // Pressed again after no answer came, it is the same grant and not a second one.
    if (this.#attempt?.what !== what) this.#attempt = { what, key: toHex(crypto.getRandomValues(new Uint8Array(16))) };
    const { key } = this.#attempt;
    this.#viewer.removeAttribute("aria-invalid");
    const good = await this.#granting.while(this.#grant, () => this.api.post(`${this.path}/entitlements`, offer ? { viewer, offer } : { viewer }, key));
    if (!good) {
      this.#viewer.setAttribute("aria-invalid", "true");
      return this.#viewer.focus();
    }
    this.#attempt = undefined;
    this.#viewer.value = "";
    await this.reload();
    announce(`Granted: ${viewer}`);
    this.#viewer.focus();
  }

  async #link(by: HTMLButtonElement, viewer: string): Promise<void> {
    let made: { watchUrl: string; expiresAt: string } | undefined;
    await this.#problem.while(by, async () => void (made = await this.api.post(`${this.path}/viewer-tokens`, { viewer, lifetimeSeconds: day })));
    if (!made) return;
    const { watchUrl, expiresAt } = made;
    // A text and no link: the ticket in it must not stand in an attribute.
    await tell("Watch link", h("p", {}, `For ${viewer}, good until ${time(Date.parse(expiresAt))}. Whoever has this link watches as this viewer.`), h("div", { class: "watch-link" }, copyable(watchUrl, "the watch link")));
    by.focus();
  }
}

function standing(word: Entitlement["state"]): HTMLElement {
  return state(word.charAt(0).toUpperCase() + word.slice(1), word === "active" ? "good" : word === "suspended" ? "warn" : "bad");
}
