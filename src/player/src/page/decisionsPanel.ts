import { type Decision, type DecisionPlace, findDecision } from "../playback/decisions.js";
import { pause } from "../playback/signer.js";
import type { WatchSession } from "../playback/watchSession.js";
import { byId, setText } from "./elements.js";

/** Milliseconds between questions while something is on its way. */
const askEvery = 2000;

/** The line under the picture that leads to what the server wrote down of this ticket. Nothing is asked of the server before somebody opens it. */
export class DecisionsPanel {
  readonly #details = byId<HTMLDetailsElement>("decisions");
  readonly #list = byId<HTMLElement>("decisions-list");
  readonly #places = new Map<string, DecisionPlace | "unknown">();
  #asking: AbortController | undefined;

  constructor(private readonly session: WatchSession) {
    this.#details.addEventListener("toggle", () => this.#toggled());
  }

  /** Called on every change of the session. */
  update(): void {
    const last = this.session.decisions.all.at(-1);
    this.#details.hidden = !last;
    setText(byId("decisions-title"), last?.granted === false ? "Proof of this refusal" : "Proof of your licence");
    this.#draw();
  }

  #toggled(): void {
    this.#asking?.abort();
    if (!this.#details.open) return;
    this.#asking = new AbortController();
    void this.#ask(this.#asking.signal).catch(() => undefined);
    this.#draw();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const { id } of this.session.decisions.all) {
        const place = this.#places.get(id);
        if (place && place !== "unknown" && place.state === "published") continue;
        this.#places.set(id, await findDecision(id, this.session.viewerToken ?? "", signal).catch(() => "unknown" as const));
      }
      this.#draw();
      await pause(askEvery, signal);
    }
  }

  #draw(): void {
    const { all } = this.session.decisions;
    if (!this.#details.open) return;
    // Rows that say the same stay as they are: a link that somebody is about to follow must not go.
    const rows = all.toReversed().map((decision) => [decision, this.#places.get(decision.id)] as const);
    const drawn = JSON.stringify(rows);
    if (this.#list.dataset["drawn"] === drawn) return;
    this.#list.dataset["drawn"] = drawn;
    this.#list.replaceChildren(...rows.map(([decision, place]) => row(decision, place)));
  }
}

function row(decision: Decision, place: DecisionPlace | "unknown" | undefined): HTMLElement {
  const item = document.createElement("li");
  const what = document.createElement("span");
  what.textContent = `${decision.granted ? "Licence given" : "Refused"} at ${new Date(decision.at).toLocaleTimeString()}: `;
  const event = document.createElement("code");
  event.textContent = decision.id;
  item.append(what, where(place), event);
  return item;
}

function where(place: DecisionPlace | "unknown" | undefined): Node {
  if (place === undefined) return text("looking it up");
  if (place === "unknown") return text("the ledger cannot be asked just now");
  if (place.state === "waiting") return text("on its way into the ledger");
  if (place.state === "logged") return text(`entry ${place.index.toLocaleString()}, not signed yet`);
  const link = document.createElement("a");
  link.href = `/audit#/entry/${place.index}`;
  // Playing goes on.
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = `entry ${place.index.toLocaleString()}`;
  return link;
}

function text(said: string): Node {
  return document.createTextNode(said);
}
