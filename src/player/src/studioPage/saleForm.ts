import { h } from "../auditPage/dom.js";
import { inSmallestUnits } from "../tickets/coins.js";
import { ProblemLine } from "./parts.js";

/** What a broadcaster says of a sale; the rest is as the server does it: docs/formats/api.md#the-chain. */
export interface NewSale {
  readonly price: string;
  readonly supply: number;
  readonly starts: string;
  readonly ends: string;
  readonly transfers: string;
  readonly voucherOnly: boolean;
}

/** Terms of a sale. The contract decides what they may be, and never changes them. */
export class SaleForm {
  readonly #price = h("input", { id: "sale-price", inputmode: "decimal", placeholder: "0.001", autocomplete: "off" });
  readonly #supply = h("input", { id: "sale-supply", inputmode: "numeric", placeholder: "100", autocomplete: "off" });
  readonly #starts = h("input", { id: "sale-starts", type: "datetime-local", step: "60" });
  readonly #ends = h("input", { id: "sale-ends", type: "datetime-local", step: "60" });
  readonly #transfers = h("select", { id: "sale-transfers" }, h("option", { value: "always" }, "At any time"), h("option", { value: "until-start" }, "Until the start"), h("option", { value: "never" }, "Never"));
  readonly #voucherOnly = h("input", { id: "sale-vouchers", type: "checkbox" });
  readonly #problem = new ProblemLine();
  readonly element: HTMLElement;

  constructor(send: (sale: NewSale) => void) {
    this.element = h("form", { class: "offer-form", novalidate: true, "aria-labelledby": "sale-form-title", onsubmit: (event) => {
      event.preventDefault();
      const sale = this.#read();
      if (sale) send(sale);
    } },
      h("h3", { id: "sale-form-title" }, "Put tickets on sale"),
      h("p", { class: "hint" }, "Fixed for good once it is on the chain. It must have begun an hour after the start; outages are claimed, and you are paid, a week after the end."),
      h("div", { class: "fields" },
        label("Price, in coins of the chain", this.#price), label("Tickets at most", this.#supply), label("Passing on", this.#transfers),
        label("Begins, in UTC", this.#starts), label("Ends, in UTC", this.#ends), h("label", { for: "sale-vouchers", class: "check-label" }, this.#voucherOnly, "For vouchers alone")),
      this.#problem.element,
      h("div", { class: "actions" }, h("button", { class: "button", id: "sale-open" }, "Open the sale")));
  }

  #read(): NewSale | undefined {
    const price = inSmallestUnits(this.#price.value);
    const supply = this.#supply.value.trim();
    for (const [field, good, says] of [
      [this.#price, price !== undefined, "The price is a number like 0.001, with at most 18 places."], [this.#supply, /^[1-9]\d{0,8}$/.test(supply), "The number of tickets is a whole number from 1."],
      [this.#starts, this.#starts.value !== "", "The start is missing."], [this.#ends, this.#ends.value !== "", "The end is missing."],
    ] as const) {
      field.toggleAttribute("aria-invalid", false);
      if (good) continue;
      field.setAttribute("aria-invalid", "true");
      field.focus();
      this.#problem.tell(says);
      return undefined;
    }
    this.#problem.clear();
    return {
      price: String(price), supply: Number(supply), starts: inUtc(this.#starts.value), ends: inUtc(this.#ends.value), transfers: this.#transfers.value, voucherOnly: this.#voucherOnly.checked,
    };
  }
}

function inUtc(local: string): string {
  return new Date(`${local}Z`).toISOString();
}

function label(text: string, field: HTMLElement): HTMLElement {
  return h("label", { for: field.id }, text, field);
}
