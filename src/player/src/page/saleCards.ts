import type { ChainStatus, Sale } from "../tickets/chainAnswers.js";
import { isSame, nativeCoin } from "../tickets/chainValues.js";
import { describeAmount } from "../tickets/coins.js";
import { valueOf } from "../tickets/preparedCheck.js";
import { hasTimeToClaim, inOrder, isOwnLog, standingOf } from "../tickets/saleStanding.js";
import { describeLog, describeOutages, describeRefund, describeStanding, describeTime, describeToken, describeTransfers } from "../tickets/shopWords.js";
import type { TicketShop } from "../tickets/ticketShop.js";
import { setText } from "./elements.js";

/** More sales than these have nothing to tell a buyer. */
const mostShown = 20;

interface SaleCard {
  readonly element: HTMLElement;
  readonly standing: HTMLElement;
  readonly buy: HTMLButtonElement;
  /** As it is written there; of a token it is another once the wallet was asked. */
  readonly price: string;
}

/** A card for each sale: what a buyer has to know, what the wallet will be asked, and the button. */
export class SaleCards {
  readonly #cards = new Map<bigint, SaleCard>();

  constructor(
    private readonly place: HTMLElement,
    private readonly shop: TicketShop,
  ) {}

  update(): void {
    const now = Date.now();
    const shown = inOrder(this.shop.sales.items, now).slice(0, mostShown);
    for (const sale of shown) {
      let card = this.#cards.get(sale.number);
      if (card?.price !== this.shop.amount(sale.price, sale.currency)) this.#cards.set(sale.number, (card = this.#make(sale)));
      const standing = standingOf(sale, now);
      setText(card.standing, describeStanding(standing, sale));
      card.buy.hidden = standing !== "for-sale" || !this.shop.wallet;
    }
    const elements = shown.flatMap(({ number }) => this.#cards.get(number)?.element ?? []);
    // Only where the order changed: a button that is about to be pressed stays where it is.
    if (elements.length !== this.place.children.length || elements.some((element, i) => this.place.children[i] !== element)) this.place.replaceChildren(...elements);
  }

  // What a sale has fixed is fixed for good; state and number sold are not, and are looked up when the button is pressed.
  #make(sale: Sale): SaleCard {
    const { chain, tokens } = this.shop;
    const price = this.shop.amount(sale.price, sale.currency);
    const facts = tokens.get(sale.currency.toLowerCase());
    const inToken = !isSame(sale.currency, nativeCoin);
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
    buy.textContent = `Buy ticket for ${sale.price === 0n ? "nothing" : inToken && !facts ? "tokens" : price}`;
    buy.addEventListener("click", () => this.shop.buy(this.shop.sales.items.find(({ number }) => number === sale.number) ?? sale));
    const log = row("Whose log decides", describeLog(sale, chain));
    if (!isOwnLog(sale, chain)) log.className = "careful";
    const outages = row("If it breaks off", describeOutages(sale));
    if (!hasTimeToClaim(sale)) outages.className = "careful";
    const about = document.createElement("dl");
    about.append(
      ...(inToken ? [row("Paid in", describeToken(sale.currency, facts))] : []),
      row("Scheduled", `${describeTime(sale.starts)} to ${describeTime(sale.ends)}`),
      row("Passing it on", describeTransfers(sale)),
      row("If it does not take place", describeRefund(sale)),
      outages,
      log,
      row("Your wallet will be asked", asked(sale, price, chain)),
    );
    element.append(title, standing, buy, about);
    return { element, standing, buy, price };
  }
}

function asked(sale: Sale, price: string, { tickets, chainId }: ChainStatus): string {
  const sends = `to send ${describeAmount(valueOf(sale), nativeCoin, chainId)} to the contract ${tickets} on chain ${chainId}.`;
  return isSame(sale.currency, nativeCoin) || sale.price === 0n ? sends : `In two steps: whether that contract may take ${price}, once and no more, unless it may already; then ${sends}`;
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
