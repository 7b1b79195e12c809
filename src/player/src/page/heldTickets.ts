import type { HeldTicket } from "../tickets/chainAnswers.js";
import { shareOf, takesClaims } from "../tickets/saleStanding.js";
import { describeHeld, describeOutage } from "../tickets/shopWords.js";
import type { TicketShop } from "../tickets/ticketShop.js";

/** The tickets of the wallet, each with what its holder can have back. */
export class HeldTickets {
  #drawn = "";

  constructor(
    private readonly place: HTMLElement,
    private readonly shop: TicketShop,
  ) {}

  update(): void {
    const { shop } = this;
    const rows = shop.tickets.map((ticket) => {
      const sale = shop.saleOf(ticket);
      const found = shop.claims.get(ticket.number);
      return {
        ticket,
        says: describeHeld(ticket, sale, shop.chain, shop.tokens),
        refund: sale?.state === "refunding" ? `Give ticket ${ticket.number} back for ${shop.amount(ticket.face - ticket.paid, sale.currency)}` : "",
        claim: sale && takesClaims(sale, Date.now()) ? (found ? `Claim for ${found.outages.length} outage${found.outages.length === 1 ? "" : "s"}: about ${shop.amount(shareOf(found.outages, ticket, sale), sale.currency)}` : `Look for outages of ticket ${ticket.number}`) : "",
        outages: found?.outages.map(describeOutage) ?? [],
      };
    });
    // What says the same stays as it is: a button that is about to be pressed must not go.
    const drawn = JSON.stringify(rows, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = this.place.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.place.hidden = rows.length === 0;
    this.place.replaceChildren(...rows.map(({ ticket, says, refund, claim, outages }) => {
      const item = document.createElement("li");
      const what = document.createElement("span");
      what.textContent = says;
      item.append(what);
      if (outages.length > 0) {
        const list = document.createElement("ul");
        list.append(...outages.map((outage) => Object.assign(document.createElement("li"), { textContent: outage })));
        item.append(list);
      }
      if (refund !== "") item.append(this.#button(`refund-${ticket.number}`, refund, () => this.shop.giveBack(this.#now(ticket))));
      if (claim !== "") item.append(this.#button(`claim-${ticket.number}`, claim, () => this.shop.claim(this.#now(ticket))));
      return item;
    }));
    if (focused) document.getElementById(focused)?.focus();
  }

  #now(ticket: HeldTicket): HeldTicket {
    return this.shop.tickets.find(({ number }) => number === ticket.number) ?? ticket;
  }

  #button(id: string, label: string, act: () => void): HTMLElement {
    const button = document.createElement("button");
    button.type = "button";
    button.id = id;
    button.className = "wide plain";
    button.dataset["one"] = "";
    button.textContent = label;
    button.addEventListener("click", act);
    return button;
  }
}
