import type { Sale } from "../tickets/chainAnswers.js";
import { isSame, nativeCoin } from "../tickets/chainValues.js";
import { describeAmount } from "../tickets/coins.js";
import { valueOf } from "../tickets/preparedCheck.js";
import { inOrder, isOwnLog, standingOf } from "../tickets/saleStanding.js";
import { describeLog, describeOutages, describeRefund, describeStanding, describeTime, describeTransfers } from "../tickets/shopWords.js";
import type { TicketShop } from "../tickets/ticketShop.js";
import { setText } from "./elements.js";

/** More sales than these have nothing to tell a buyer. */
const mostShown = 20;

/** A card for each sale: what a buyer has to know, what the wallet will be asked, and the button. */
export class SaleCards {
  readonly #cards = new Map<bigint, { readonly element: HTMLElement; readonly standing: HTMLElement; readonly buy: HTMLButtonElement }>();

  constructor(
    private readonly place: HTMLElement,
    private readonly shop: TicketShop,
  ) {}

  update(): void {
    const now = Date.now();
    const shown = inOrder(this.shop.sales.items, now).slice(0, mostShown);
    for (const sale of shown) {
      let card = this.#cards.get(sale.number);
      if (!card) this.#cards.set(sale.number, (card = this.#make(sale)));
      const standing = standingOf(sale, now);
      setText(card.standing, describeStanding(standing, sale));
      card.buy.hidden = standing !== "for-sale" || !this.shop.wallet;
    }
    const elements = shown.flatMap(({ number }) => this.#cards.get(number)?.element ?? []);
    // Only where the order changed: a button that is about to be pressed stays where it is.
    if (elements.length !== this.place.children.length || elements.some((element, i) => this.place.children[i] !== element)) this.place.replaceChildren(...elements);
  }

  // What a sale has fixed is fixed for good; state and number sold are not, and are looked up when the button is pressed.
  #make(sale: Sale): { element: HTMLElement; standing: HTMLElement; buy: HTMLButtonElement } {
    const { chain } = this.shop;
    const price = describeAmount(sale.price, sale.currency, chain.chainId);
    const element = document.createElement("article");
    element.className = "sale";
    element.setAttribute("aria-labelledby", `sale-${sale.number}`);
    const title = text("h3", `Ticket: ${sale.price === 0n ? "free" : price}`);
    title.id = `sale-${sale.number}`;
    const standing = text("p", "");
    standing.className = "standing";
    const buy = document.createElement("button");
    buy.type = "button";
    buy.className = "wide";
    buy.dataset["one"] = "";
    buy.textContent = `Buy ticket for ${sale.price === 0n ? "nothing" : isSame(sale.currency, nativeCoin) ? price : "tokens"}`;
    buy.addEventListener("click", () => this.shop.buy(this.shop.sales.items.find(({ number }) => number === sale.number) ?? sale));
    const log = row("Whose log decides", describeLog(sale, chain));
    if (!isOwnLog(sale, chain)) log.className = "careful";
    const facts = document.createElement("dl");
    facts.append(
      row("Scheduled", `${describeTime(sale.starts)} to ${describeTime(sale.ends)}`),
      row("Passing it on", describeTransfers(sale)),
      row("If it does not take place", describeRefund(sale)),
      row("If it breaks off", describeOutages(sale)),
      log,
      row("Your wallet will be asked", asked(sale, describeAmount(valueOf(sale), nativeCoin, chain.chainId), chain.tickets, chain.chainId)),
    );
    element.append(title, standing, buy, facts);
    return { element, standing, buy };
  }
}

function asked(sale: Sale, value: string, contract: string, chainId: bigint): string {
  const sends = `to send ${value} to the contract ${contract} on chain ${chainId}.`;
  return isSame(sale.currency, nativeCoin) ? sends : `${sends} Before that it must have allowed the contract to take the price from the token: this page does not ask for that.`;
}

function row(name: string, value: string): HTMLElement {
  const element = document.createElement("div");
  element.append(text("dt", name), text("dd", value));
  return element;
}

function text(tag: string, content: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}
