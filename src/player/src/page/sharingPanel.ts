import type { WatchSession } from "../playback/watchSession.js";
import { byId, formatBytes, setText } from "./elements.js";
import { describeLostLink, describeSharing } from "./sharingWords.js";

const svg = "http://www.w3.org/2000/svg";
const lookEveryMs = 1000;
/** Two minutes are drawn. */
const keptSeconds = 120;
const sources = ["origin", "relays", "peers"] as const;

type Sample = Record<(typeof sources)[number], number>;

/** Sharing with other viewers: the consent to it and its end, and what goes where while it is on. */
export class SharingPanel {
  readonly #switch = byId<HTMLInputElement>("sharing");
  readonly #figures = byId<HTMLElement>("sharing-figures");
  readonly #plot = byId<SVGSVGElement>("sharing-plot");
  /** Bytes of each second, by where they came from. */
  readonly #seconds: Sample[] = [];
  #last: Sample | undefined;

  constructor(private readonly session: WatchSession) {
    this.#switch.addEventListener("change", () => session.agreeToShare(this.#switch.checked));
    setInterval(() => this.#look(), lookEveryMs);
    this.update();
  }

  /** Called on every change of the session. */
  update(): void {
    const { peersAre, swarm } = this.session;
    this.#switch.checked = peersAre === "on";
    this.#switch.disabled = peersAre === "unsupported";
    setText(byId("sharing-state"), describeSharing(peersAre, swarm));
    this.#figures.hidden = !swarm;
    if (!swarm) return;
    const { counts, neighbours, lost } = swarm;
    setText(byId("s-origin"), formatBytes(counts.origin + swarm.elsewhere));
    setText(byId("s-relays"), formatBytes(counts.relays));
    setText(byId("s-peers"), formatBytes(counts.peers - counts.relays));
    setText(byId("s-sent"), formatBytes(counts.sent));
    setText(byId("s-neighbours"), String(neighbours.filter(({ isUp }) => isUp).length));
    setText(byId("s-chunks"), `${counts.goodChunks.toLocaleString()} verified, ${counts.badChunks.toLocaleString()} refused`);
    const last = lost.at(-1);
    setText(byId("s-lost"), last ? describeLostLink(last.why) : "None");
  }

  #look(): void {
    const { swarm } = this.session;
    if (!swarm) {
      this.#last = undefined;
      this.#seconds.length = 0;
      return;
    }
    const { counts } = swarm;
    const now: Sample = { origin: counts.origin + swarm.elsewhere, relays: counts.relays, peers: counts.peers - counts.relays };
    const before = this.#last ?? now;
    this.#last = now;
    this.#seconds.push({ origin: now.origin - before.origin, relays: now.relays - before.relays, peers: now.peers - before.peers });
    if (this.#seconds.length > keptSeconds) this.#seconds.shift();
    this.update();
    this.#draw();
  }

  /** A column for each second, of what came in it: from the origin below, relays over it, viewers on top. */
  #draw(): void {
    const highest = Math.max(1, ...this.#seconds.map(({ origin, relays, peers }) => origin + relays + peers));
    this.#plot.replaceChildren(...this.#seconds.flatMap((second, at) => {
      let top = 72;
      return sources.filter((source) => second[source] > 0).map((source) => {
        const height = (70 * second[source]) / highest;
        top -= height;
        const bar = document.createElementNS(svg, "rect");
        bar.setAttribute("class", source);
        for (const [name, value] of [["x", (600 * at) / keptSeconds], ["y", top], ["width", 600 / keptSeconds - 1], ["height", height]] as const) bar.setAttribute(name, String(value));
        return bar;
      });
    }));
  }
}
