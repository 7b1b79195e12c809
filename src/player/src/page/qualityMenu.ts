import type { Level } from "hls.js";
import type { WatchSession } from "../playback/watchSession.js";
import { announce, byId } from "./elements.js";

/** Chooses a level, or leaves the choice to the player. A menu by the ARIA pattern: arrows move, Escape closes. */
export class QualityMenu {
  readonly #button = byId<HTMLButtonElement>("quality");
  readonly #menu = byId<HTMLElement>("quality-menu");

  constructor(private readonly session: WatchSession) {
    this.#button.addEventListener("click", () => (this.#menu.hidden ? this.#open() : this.#close(true)));
    this.#menu.addEventListener("keydown", (event) => this.#onKey(event));
    this.#menu.addEventListener("focusout", (event) => {
      const next = event.relatedTarget;
      if (!(next instanceof Node) || !(this.#menu.contains(next) || this.#button.contains(next))) this.#close(false);
    });
  }

  #open(): void {
    const { hls } = this.session;
    if (!hls) return;
    const byHeight = hls.levels.map((level, index) => ({ level, index })).sort((a, b) => b.level.bitrate - a.level.bitrate);
    const playing = hls.levels[hls.currentLevel];
    const auto = playing && hls.autoLevelEnabled ? `Auto (${nameOf(playing)})` : "Auto";
    this.#menu.replaceChildren(
      this.#item(auto, hls.autoLevelEnabled, -1),
      ...byHeight.map(({ level, index }) => this.#item(nameOf(level), !hls.autoLevelEnabled && hls.loadLevel === index, index)),
    );
    this.#menu.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    (this.#menu.querySelector<HTMLElement>("[aria-checked=true]") ?? this.#items()[0])?.focus();
  }

  #close(returnFocus: boolean): void {
    if (this.#menu.hidden) return;
    this.#menu.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
    if (returnFocus) this.#button.focus();
  }

  #item(text: string, checked: boolean, level: number): HTMLButtonElement {
    const item = document.createElement("button");
    item.type = "button";
    item.role = "menuitemradio";
    item.tabIndex = -1;
    item.textContent = text;
    item.setAttribute("aria-checked", String(checked));
    item.addEventListener("click", () => {
      if (this.session.hls) this.session.hls.nextLevel = level;
      announce(`Quality: ${text}`);
      this.#close(true);
    });
    return item;
  }

  #items(): HTMLElement[] {
    return [...this.#menu.querySelectorAll<HTMLElement>("[role=menuitemradio]")];
  }

  #onKey(event: KeyboardEvent): void {
    const items = this.#items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Escape") this.#close(true);
    else if (to !== undefined) items[(to + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

function nameOf(level: Level): string {
  const rate = level.bitrate >= 1e6 ? `${(level.bitrate / 1e6).toFixed(1)} Mb/s` : `${Math.round(level.bitrate / 1000)} kb/s`;
  return level.height ? `${level.height}p · ${rate}` : rate;
}
