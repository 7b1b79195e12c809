import { h } from "../auditPage/dom.js";
import { counted, time } from "../auditPage/format.js";
import { announce, setText } from "../page/elements.js";
import type { Entitlement, Playback } from "../studio/answers.js";
import type { StudioApi } from "../studio/studioApi.js";
import { ask } from "./dialogs.js";
import { button, card, ProblemLine, refresh, state, table } from "./parts.js";

const pageSize = 20;

/** Looks until what is known of entitlements is asked for again: a shop may change them too. */
const freshFor = 10;

/** The playbacks that are open at this server, each with a way to stop it. */
export class PlaybacksPanel {
  readonly #summary = h("p", { class: "hint", id: "playback-count" });
  readonly #list = h("div", { class: "scrolls" });
  readonly #pager = h("nav", { class: "pager", "aria-label": "Pages of playbacks", hidden: true });
  readonly #problem = new ProblemLine();
  readonly element = card("Live playbacks", "playbacks", this.#summary, this.#list, this.#pager, this.#problem.element);
  readonly #entitlements = new Map<string, Entitlement>();
  #playbacks: readonly Playback[] = [];
  #page = 0;
  #looks = 0;

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly changed: () => Promise<unknown>,
  ) {}

  /** The entitlement changed: what is known of it is asked for again. */
  forget(entitlement: string): void {
    this.#entitlements.delete(entitlement);
  }

  async show(playbacks: readonly Playback[]): Promise<void> {
    this.#playbacks = playbacks;
    if (++this.#looks % freshFor === 0) this.#entitlements.clear();
    this.#page = Math.min(this.#page, Math.max(0, Math.ceil(playbacks.length / pageSize) - 1));
    const shown = playbacks.slice(this.#page * pageSize, (this.#page + 1) * pageSize);
    const unknown = [...new Set(shown.map(({ entitlement }) => entitlement))].filter((id) => !this.#entitlements.has(id));
    await Promise.all(unknown.map(async (id) => this.#entitlements.set(id, await this.api.get<Entitlement>(`${this.path}/entitlements/${id}`))));
    this.#draw(shown);
  }

  #draw(shown: readonly Playback[]): void {
    const total = this.#playbacks.length;
    setText(this.#summary, total === 0 ? "Nobody is watching at this server." : `${counted(total, "playback")} open at this server${total >= 1000 ? "; no more are listed" : ""}.`);
    const rows = shown.map((playback) => ({ playback, entitlement: this.#entitlements.get(playback.entitlement) }));
    refresh(this.#list, rows, () => rows.length === 0 ? [] : [table("Open playbacks", ["Viewer", "Since", "Last sign of life", ""], rows.map(({ playback, entitlement }) => {
      const name = entitlement?.viewer ?? "Erased";
      const holds = entitlement?.state === "active";
      return [
        h("span", { class: "name" }, name), time(Date.parse(playback.openedAt)), `${playback.silentSeconds} s ago`,
        h("div", { class: "row-actions" }, holds
          ? button("Revoke", () => void this.#revoke(playback.entitlement, name), { "data-key": playback.id, "data-act": "stop", class: "button plain small warns", "aria-label": `Revoke, and stop this playback: ${name}` })
          : state("Gets no more keys", "bad")),
      ];
    }))]);
    this.#pager.hidden = total <= pageSize;
    refresh(this.#pager, [this.#page, total], () => [
      this.#page > 0 ? button("‹ Back", () => this.#turn(-1), { "data-key": "back" }) : "",
      (this.#page + 1) * pageSize < total ? button("Next page ›", () => this.#turn(1), { "data-key": "next" }) : "",
    ]);
  }

  #turn(by: number): void {
    this.#page += by;
    void this.#problem.while(undefined, () => this.show(this.#playbacks));
  }

  async #revoke(entitlement: string, name: string): Promise<void> {
    const done = await ask({
      title: "Revoke, and stop this playback?", action: "Revoke", act: () => this.api.delete(`${this.path}/entitlements/${entitlement}`),
      text: `${name} gets no more keys on any device, and sees the end of what is playing within one key period.`,
    });
    if (!done) return;
    this.forget(entitlement);
    await this.changed();
    announce(`Revoked: ${name}`);
    if (document.activeElement === document.body) this.element.querySelector<HTMLElement>("h2")?.focus();
  }
}
