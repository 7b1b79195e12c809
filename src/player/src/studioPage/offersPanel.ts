import { h } from "../auditPage/dom.js";
import { announce } from "../page/elements.js";
import { type Offer, type Page, type Terms, withoutNulls } from "../studio/answers.js";
import type { StudioApi } from "../studio/studioApi.js";
import { toHex } from "../verify/bytes.js";
import { ask } from "./dialogs.js";
import { OfferForm } from "./offerForm.js";
import { offerInWords, priceInWords } from "./offerWords.js";
import { button, card, ProblemLine, refresh, state, table } from "./parts.js";

/** What is for sale: making, revising and withdrawing offers. */
export class OffersPanel {
  readonly #list = h("div", { class: "scrolls" }, h("p", { class: "empty" }, "Loading."));
  readonly #problem = new ProblemLine();
  readonly #place = h("div");
  readonly #new = button("New offer", () => this.#edit(), { id: "new-offer" });
  readonly element = card("Offers", "offers", this.#list, h("div", { class: "actions" }, this.#new), this.#problem.element, this.#place);

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly onOffers: (offers: readonly Offer[]) => void,
  ) {}

  reload(): Promise<unknown> {
    return this.#problem.while(undefined, () => this.load());
  }

  /** The same, saying nothing of a failure. */
  async load(): Promise<void> {
    const answer = await this.api.get<Page<Offer>>(`${this.path}/offers`);
    const items = answer.items.map((offer) => withoutNulls(offer));
    this.onOffers(items);
    refresh(this.#list, items, () => items.length === 0
      ? [h("p", { class: "empty" }, "No offers yet. Without one, who is granted the broadcast may watch all of it without limits.")]
      : [table("Offers", ["Offer", "Price", "Terms", "State", ""], items.map((offer) => this.#row(offer)))]);
  }

  #row(offer: Offer): (Node | string)[] {
    const name = offer.terms.name || `Offer ${offer.id.slice(0, 8)}`;
    const sale = offer.state === "for-sale";
    return [
      h("span", { class: "name" }, name, h("span", { class: "version" }, ` v${offer.version}`)), priceInWords(offer.terms.price),
      h("span", {}, offerInWords(offer.terms)),
      sale ? state("For sale", "good") : state("Withdrawn", "soft"),
      h("div", { class: "row-actions" },
        sale && button("Edit", () => this.#edit(offer), { "data-key": `edit-${offer.id}`, "aria-label": `Edit: ${name}` }),
        sale && button("Withdraw", () => void this.#withdraw(offer, name), { "data-key": `withdraw-${offer.id}`, "aria-label": `Withdraw: ${name}`, class: "button plain small warns" })),
    ];
  }

  #edit(offer?: Offer): void {
    // Sent again after no answer came, it is the same offer and not a second one; what was changed meanwhile is another.
    let attempt = { what: "", key: "" };
    const close = (): void => {
      this.#place.replaceChildren();
      this.#new.hidden = false;
    };
    const form = new OfferForm(offer, async (terms: Terms) => {
      const what = JSON.stringify(terms);
      if (attempt.what !== what) attempt = { what, key: toHex(crypto.getRandomValues(new Uint8Array(16))) };
      if (offer) await this.api.put(`${this.path}/offers/${offer.id}`, terms);
      else await this.api.post(`${this.path}/offers`, terms, attempt.key);
      close();
      await this.reload();
      announce(offer ? "Offer revised" : "Offer made");
      this.element.querySelector<HTMLElement>("h2")?.focus();
    }, () => {
      close();
      this.#new.focus();
    });
    this.#new.hidden = true;
    this.#place.replaceChildren(form.element);
    form.focus();
  }

  async #withdraw(offer: Offer, name: string): Promise<void> {
    const done = await ask({
      title: "Withdraw the offer?", action: "Withdraw", act: () => this.api.delete(`${this.path}/offers/${offer.id}`),
      text: `“${name}” can be sold no more, for good. What was sold under it stays as it was sold.`,
    });
    if (!done) return;
    await this.reload();
    announce(`Withdrawn: ${name}`);
    this.element.querySelector<HTMLElement>("h2")?.focus();
  }
}
