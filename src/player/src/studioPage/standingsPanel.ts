import { h } from "../auditPage/dom.js";
import { count, counted } from "../auditPage/format.js";
import { announce, formatBytes, setText } from "../page/elements.js";
import type { Page, PeerStanding, Proved } from "../studio/answers.js";
import type { StudioApi } from "../studio/studioApi.js";
import { ask } from "./dialogs.js";
import { button, card, ProblemLine, refresh, state, table } from "./parts.js";

const shownAtOnce = 20;
const maxReason = 500;
const bandWords = { new: "New", known: "Known", proven: "Proven", banned: "Out" } as const;
const bandTones = { new: "soft", known: "good", proven: "good", banned: "bad" } as const;

/** How the peers of a broadcast stand, and what was proved against some of them, or against the publisher. */
export class StandingsPanel {
  /** Says that the publisher signed a segment twice. It stands above everything else. */
  readonly alarm = h("p", { class: "form-problem", role: "alert", id: "publisher-alarm", hidden: true });
  readonly #summary = h("p", { class: "hint", id: "standings-count" });
  readonly #list = h("div", { class: "scrolls" });
  readonly #problem = new ProblemLine();
  readonly element = card("Standing of peers", "standings", this.#summary, this.#list, this.#problem.element);

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly broadcast: string,
    /** To pardon whom a proof keeps out is the operator's, and not the broadcaster's. */
    private readonly isOperator: boolean,
  ) {}

  async load(): Promise<void> {
    const [{ items }, proved] = await Promise.all([
      this.api.get<Page<PeerStanding>>(`${this.path}/standings`), this.api.get<Page<Proved>>(`/v1/fraud-proofs?broadcast=${this.broadcast}`),
    ]);
    this.#draw(items, proved.items);
  }

  #draw(standings: readonly PeerStanding[], proved: readonly Proved[]): void {
    const twice = proved.filter(({ convicts }) => convicts === "publisher");
    this.alarm.hidden = twice.length === 0;
    const [first] = twice;
    if (first) setText(this.alarm, `Two versions of ${counted(twice.length, "segment")} of this broadcast were signed (${first.track}, segment ${first.sequence}). Viewers are told. Whoever has the session key, or certified another, did it: the proofs are at /v1/fraud-proofs.`);

    const out = standings.filter(({ convicted, banned }) => convicted || banned).length;
    setText(this.#summary, standings.length === 0
      ? "Nothing is counted yet: peers hand in receipts about once a minute."
      : `${counted(standings.length, "peer")}${standings.length >= 1000 ? " and more" : ""}, ${count(out)} out. Counted from receipts and proofs in the ledger alone; anybody can count again.`);
    // Whoever is out, or has signed what contradicts itself, is looked for; then the best.
    const sorted = [...standings].sort((a, b) => rank(b) - rank(a) || b.score - a.score || (a.peer < b.peer ? -1 : 1)).slice(0, shownAtOnce);
    refresh(this.#list, sorted, () => sorted.length === 0 ? [] : [table("Standing of peers", ["Peer", "Standing", "Sent to others", "Because", ""], sorted.map((one) => [
      h("code", { title: one.peer }, `${one.peer.slice(0, 10)}…`), state(`${bandWords[one.band]}, ${one.score}`, bandTones[one.band]), formatBytes(one.bytes), because(one), h("div", { class: "row-actions" }, this.#act(one)),
    ]))]);
  }

  #act({ peer, convicted, banned }: PeerStanding): HTMLElement {
    const name = peer.slice(0, 10);
    if (convicted && !this.isOperator) return h("span", { class: "hint" }, "An operator may pardon");
    if (convicted) return button("Pardon", () => void this.#pardon(peer), { "data-key": peer, "aria-label": `Pardon ${name}` });
    if (banned) return button("Let in again", () => void this.#lift(peer), { "data-key": peer, "aria-label": `Let ${name} in again` });
    return button("Ban", () => void this.#ban(peer), { "data-key": peer, class: "button plain small warns", "aria-label": `Ban ${name}` });
  }

  async #ban(peer: string): Promise<void> {
    const done = await ask({
      title: "Ban from sharing?", text: "This viewer or relay takes from the server alone from now on, under whichever key it comes. It may watch as before. The reason stands in the ledger.",
      action: "Ban", input: { label: "Reason", maxLength: maxReason }, act: (reason) => this.api.put(`${this.path}/bans/${peer}`, { reason }),
    });
    if (done) await this.#after("Banned");
  }

  async #pardon(peer: string): Promise<void> {
    const done = await ask({
      title: "Pardon?", text: "A proof keeps this peer out. Only an operator may let it in again; what was proved and the reason stay in the ledger.",
      action: "Pardon", harmless: true, input: { label: "Reason", maxLength: maxReason }, act: (reason) => this.api.post(`${this.path}/convictions/${peer}/pardon`, { reason }),
    });
    if (done) await this.#after("Pardoned");
  }

  async #lift(peer: string): Promise<void> {
    if (await this.#problem.while(undefined, () => this.api.delete(`${this.path}/bans/${peer}`))) await this.#after("Let in again");
  }

  async #after(what: string): Promise<void> {
    announce(what);
    await this.load();
    // The row may be none of those shown any more.
    if (document.activeElement === document.body) this.element.querySelector<HTMLElement>("h2")?.focus();
  }
}

function rank({ convicted, banned, forks }: PeerStanding): number {
  return convicted ? 3 : banned ? 2 : forks > 0 ? 1 : 0;
}

function because({ receipts, receivers, forks, convictions, convicted, banned }: PeerStanding): string {
  const parts = [
    ...(convictions > 0 ? [`${counted(convictions, "proof")} of fraud${convicted ? "" : ", pardoned"}`] : []), ...(banned ? ["banned by hand"] : []), ...(forks > 0 ? [`${counted(forks, "receipt")} that contradict others`] : []),
    ...(receipts > 0 ? [`${counted(receipts, "receipt")} of ${counted(receivers, "viewer")}`] : []),
  ];
  return parts.length === 0 ? "nothing was handed in" : parts.join(", ");
}
