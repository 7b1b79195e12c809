import { h } from "../auditPage/dom.js";
import type { Offer, Terms, Window } from "../studio/answers.js";
import { smallestUnits, wholeUnits } from "../studio/price.js";
import { Problem } from "../studio/studioApi.js";
import { unitOf, units } from "./offerWords.js";
import { ProblemLine } from "./parts.js";

/** A field that cannot be sent, because it says nothing that the API has a form for. */
class Unreadable extends Error {
  constructor(readonly field: HTMLElement, text: string) {
    super(text);
  }
}

/** All terms of an offer. What they may be is the server's to say: only what it has no form for is refused here. */
export class OfferForm {
  readonly #problem = new ProblemLine();
  readonly #fields: HTMLElement[] = [];
  readonly element: HTMLElement;

  readonly #name = this.#input("name");
  readonly #amount = this.#input("amount", "decimal", "9.99");
  readonly #currency = this.#input("currency", "text", "EUR");
  readonly #saleFrom = this.#moment("sale-from");
  readonly #saleUntil = this.#moment("sale-until");
  readonly #viewingFrom = this.#moment("viewing-from");
  readonly #viewingUntil = this.#moment("viewing-until");
  readonly #rental = this.#input("rental", "numeric", "No limit");
  readonly #rentalUnit = this.#select("rental-unit", units.map(([size, name]) => [String(size), name]));
  readonly #playback = this.#input("playback", "numeric", "No limit");
  readonly #playbackUnit = this.#select("playback-unit", units.map(([size, name]) => [String(size), name]));
  readonly #live = this.#check("live");
  readonly #dvr = this.#check("dvr");
  readonly #vod = this.#check("vod");
  readonly #tier = this.#select("tier", [["", "Any"], ["AUDIO", "Sound only"], ["SD", "SD"], ["HD", "HD"], ["UHD", "UHD"]]);
  readonly #where = this.#select("where", [["", "Anywhere"], ["allowed", "Only in"], ["blocked", "Everywhere but in"]]);
  readonly #regions = this.#input("regions", "text", "DE, AT, CH");
  readonly #max = this.#input("max", "numeric", "No limit");
  readonly #mode = this.#select("mode", [["refuse-new", "The new one is refused"], ["drop-oldest", "The oldest is dropped"]]);
  readonly #grace = this.#input("grace", "numeric", "0");
  readonly #devices = this.#input("devices", "numeric", "No limit");
  readonly #sharing = this.#select("sharing", [["optional", "As they like"], ["required", "Required"], ["forbidden", "Forbidden"]]);
  readonly #replay = this.#check("replay");

  /** The server names the member that will not do at the beginning of its sentence; the field is found by it. */
  readonly #byMember: readonly (readonly [RegExp, HTMLElement])[] = [
    [/^name/, this.#name], [/^price/, this.#amount], [/^sale/, this.#saleUntil], [/^viewing/, this.#viewingUntil], [/^rentalSeconds/, this.#rental],
    [/^an offer of neither/, this.#live], [/^maxTier/, this.#tier], [/^regions/, this.#regions], [/^playbacks/, this.#max], [/^devices/, this.#devices], [/^peerSharing/, this.#sharing],
  ];

  constructor(offer: Offer | undefined, send: (terms: Terms) => Promise<unknown>, cancel: () => void) {
    this.#fill(offer?.terms ?? {});
    const submit = h("button", { class: "button", id: "offer-save" }, offer ? "Save as a new version" : "Make the offer");
    this.element = h("form", { class: "offer-form", novalidate: true, "aria-labelledby": "offer-form-title", onsubmit: (event) => {
      event.preventDefault();
      void this.#send(submit, send);
    } },
      h("h3", { id: "offer-form-title" }, offer ? `Edit “${offer.terms.name || offer.id.slice(0, 8)}”` : "New offer"),
      offer && h("p", { class: "hint" }, "What was sold stays under the version it was sold under."),
      h("div", { class: "fields" },
        label("Name", this.#name), label("Price", this.#amount), label("Currency", this.#currency)),
      group("Times, in UTC; empty is no bound",
        label("On sale from", this.#saleFrom), label("On sale until", this.#saleUntil), label("To watch from", this.#viewingFrom), label("To watch until", this.#viewingUntil),
        pair("To be begun within, after the grant", this.#rental, this.#rentalUnit), pair("To be watched within, after the first view", this.#playback, this.#playbackUnit)),
      group("What may be watched",
        check("While it is live", this.#live), check("Going back while it is live", this.#dvr), check("After the end", this.#vod), label("Best picture", this.#tier)),
      group("Where, and on how many screens",
        label("Where", this.#where), label("Regions", this.#regions), label("Playbacks at once", this.#max), label("When there would be more", this.#mode),
        label("A dropped one may go on for … seconds", this.#grace), label("Devices", this.#devices)),
      group("Delivery", label("Peer sharing", this.#sharing), check("Refuse requests that are sent a second time", this.#replay)),
      this.#problem.element,
      h("div", { class: "actions" }, submit, h("button", { type: "button", class: "button plain", id: "offer-cancel", onclick: cancel }, "Cancel")));
    this.#mode.addEventListener("change", () => this.#follow());
    this.#where.addEventListener("change", () => this.#follow());
    this.#follow();
  }

  focus(): void {
    this.#name.focus();
  }

  async #send(submit: HTMLButtonElement, send: (terms: Terms) => Promise<unknown>): Promise<void> {
    for (const field of this.#fields) field.removeAttribute("aria-invalid");
    let terms: Terms;
    try {
      terms = this.#read();
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#problem.tell(error.message);
      return mark(error.field);
    }
    await this.#problem.while(submit, () => send(terms).catch((error: unknown) => {
      const said = error instanceof Problem && error.code === "offer-invalid" ? error.detail.replace(/^The offer will not do: /, "") : "";
      const field = this.#byMember.find(([member]) => member.test(said))?.[1];
      if (field) mark(field);
      throw error;
    }));
  }

  #read(): Terms {
    const terms: Terms = { live: this.#live.checked, dvr: this.#dvr.checked, vod: this.#vod.checked, peerSharing: this.#sharing.value, replayProtection: this.#replay.checked };
    const [name, amount, currency] = [this.#name.value.trim(), this.#amount.value.trim(), this.#currency.value.trim().toUpperCase()];
    if (name) terms.name = name;
    if (amount || currency) {
      const smallest = smallestUnits(amount, currency);
      if (smallest === undefined) throw new Unreadable(this.#amount, "The price is a number like 9.99, with no more places than the currency has.");
      terms.price = { currency, amount: smallest };
    }
    const sale = windowOf(this.#saleFrom, this.#saleUntil);
    if (sale) terms.sale = sale;
    const viewing = windowOf(this.#viewingFrom, this.#viewingUntil);
    if (viewing) terms.viewing = viewing;
    const rental = whole(this.#rental, "The time to begin");
    if (rental !== undefined) terms.rentalSeconds = rental * Number(this.#rentalUnit.value);
    const playback = whole(this.#playback, "The time to watch");
    if (playback !== undefined) terms.playbackSeconds = playback * Number(this.#playbackUnit.value);
    if (this.#tier.value) terms.maxTier = this.#tier.value;
    if (this.#where.value) terms.regions = { [this.#where.value]: this.#regions.value.toUpperCase().split(/[\s,;]+/).filter(Boolean) };
    const max = whole(this.#max, "The number of playbacks");
    if (max !== undefined) {
      const grace = this.#mode.value === "drop-oldest" ? whole(this.#grace, "The time of a dropped one") : undefined;
      terms.playbacks = { max, mode: this.#mode.value, ...(grace === undefined ? {} : { graceSeconds: grace }) };
    }
    const devices = whole(this.#devices, "The number of devices");
    if (devices !== undefined) terms.devices = devices;
    return terms;
  }

  #fill(terms: Terms): void {
    this.#name.value = terms.name ?? "";
    this.#amount.value = terms.price ? wholeUnits(terms.price.amount, terms.price.currency) : "";
    this.#currency.value = terms.price?.currency ?? "";
    for (const [field, moment] of [[this.#saleFrom, terms.sale?.from], [this.#saleUntil, terms.sale?.until], [this.#viewingFrom, terms.viewing?.from], [this.#viewingUntil, terms.viewing?.until]] as const) {
      if (moment) field.value = new Date(moment).toISOString().slice(0, 19);
    }
    for (const [field, unit, seconds] of [[this.#rental, this.#rentalUnit, terms.rentalSeconds], [this.#playback, this.#playbackUnit, terms.playbackSeconds]] as const) {
      const size = seconds === undefined ? 3_600 : unitOf(seconds);
      unit.value = String(size);
      field.value = seconds === undefined ? "" : String(seconds / size);
    }
    [this.#live.checked, this.#dvr.checked, this.#vod.checked] = [terms.live ?? true, terms.dvr ?? true, terms.vod ?? true];
    this.#tier.value = terms.maxTier ?? "";
    this.#where.value = terms.regions?.allowed ? "allowed" : terms.regions?.blocked ? "blocked" : "";
    this.#regions.value = (terms.regions?.allowed ?? terms.regions?.blocked ?? []).join(", ");
    this.#max.value = terms.playbacks ? String(terms.playbacks.max) : "";
    this.#mode.value = terms.playbacks?.mode ?? "refuse-new";
    this.#grace.value = terms.playbacks?.graceSeconds ? String(terms.playbacks.graceSeconds) : "";
    this.#devices.value = terms.devices === undefined ? "" : String(terms.devices);
    this.#sharing.value = terms.peerSharing ?? "optional";
    this.#replay.checked = terms.replayProtection ?? false;
  }

  /** Fields that count only with another's choice. */
  #follow(): void {
    this.#grace.disabled = this.#mode.value !== "drop-oldest";
    this.#regions.disabled = this.#where.value === "";
  }

  #input(name: string, inputmode = "text", placeholder = ""): HTMLInputElement {
    return this.#field(h("input", { id: `offer-${name}`, inputmode, placeholder, autocomplete: "off", spellcheck: "false" }));
  }

  #moment(name: string): HTMLInputElement {
    return this.#field(h("input", { id: `offer-${name}`, type: "datetime-local", step: "1" }));
  }

  #check(name: string): HTMLInputElement {
    return this.#field(h("input", { id: `offer-${name}`, type: "checkbox" }));
  }

  #select(name: string, options: readonly (readonly [string, string])[]): HTMLSelectElement {
    return this.#field(h("select", { id: `offer-${name}` }, ...options.map(([value, text]) => h("option", { value }, text))));
  }

  #field<T extends HTMLElement>(field: T): T {
    this.#fields.push(field);
    return field;
  }
}

function mark(field: HTMLElement): void {
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

function whole(field: HTMLInputElement, what: string): number | undefined {
  const text = field.value.trim();
  if (text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Unreadable(field, `${what} is a whole number.`);
  return Number(text);
}

function windowOf(from: HTMLInputElement, until: HTMLInputElement): Window | undefined {
  if (!from.value && !until.value) return undefined;
  return { ...(from.value ? { from: inUtc(from.value) } : {}), ...(until.value ? { until: inUtc(until.value) } : {}) };
}

function inUtc(local: string): string {
  return new Date(`${local}Z`).toISOString();
}

function label(text: string, field: HTMLElement): HTMLElement {
  return h("label", { for: field.id }, text, field);
}

function check(text: string, field: HTMLElement): HTMLElement {
  return h("label", { for: field.id, class: "check-label" }, field, text);
}

function pair(text: string, field: HTMLElement, unit: HTMLElement): HTMLElement {
  unit.setAttribute("aria-label", `${text}: unit`);
  return h("div", { class: "pair" }, h("label", { for: field.id }, text), h("div", { class: "joined" }, field, unit));
}

function group(legend: string, ...content: HTMLElement[]): HTMLElement {
  return h("fieldset", {}, h("legend", {}, legend), h("div", { class: "fields" }, ...content));
}
