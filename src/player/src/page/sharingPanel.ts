import type { WatchSession } from "../playback/watchSession.js";
import { byId, formatBytes, setText } from "./elements.js";
import { NeighbourGraph } from "./neighbourGraph.js";
import { SourcePlot } from "./sourcePlot.js";
import { describeConsent, describeLostLink, describeSharing, describeStanding } from "./sharingWords.js";

const lookEveryMs = 1000;
/** Two minutes are drawn. */
const keptSeconds = 120;

/** Sharing with other viewers: the consent to it and its end, and what goes where while it is on. */
export class SharingPanel {
  readonly #switch = byId<HTMLInputElement>("sharing");
  readonly #relaysOnly = byId<HTMLInputElement>("relays-only");
  readonly #figures = byId<HTMLElement>("sharing-figures");
  readonly #plot = new SourcePlot(byId<SVGSVGElement>("sharing-plot"), keptSeconds);
  readonly #graph = new NeighbourGraph(byId<SVGSVGElement>("sharing-graph"));

  constructor(private readonly session: WatchSession) {
    this.#switch.addEventListener("change", () => session.agreeToShare(this.#switch.checked));
    this.#relaysOnly.addEventListener("change", () => session.keepPrivate(this.#relaysOnly.checked));
    setInterval(() => this.#look(), lookEveryMs);
    this.update();
  }

  /** Called on every change of the session. */
  update(): void {
    const { peersAre, swarm, restraint, sharingRule, isPrivate, isBroadcastPrivate } = this.session;
    this.#switch.checked = peersAre === "on";
    this.#switch.disabled = peersAre === "unsupported";
    // In a private broadcast there is nothing to choose; the viewer's own word stays as it was for others.
    this.#relaysOnly.checked = isPrivate || isBroadcastPrivate;
    this.#relaysOnly.disabled = peersAre === "unsupported" || isBroadcastPrivate;
    setText(byId("sharing-note"), describeConsent(sharingRule, isBroadcastPrivate));
    setText(byId("sharing-state"), describeSharing(peersAre, swarm, restraint, sharingRule));
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
    setText(byId("s-standing"), describeStanding(swarm.standing, swarm.convicted));
    setText(byId("s-lost"), last ? describeLostLink(last.why) : "None");
  }

  #look(): void {
    const { swarm } = this.session;
    if (!swarm) {
      this.#plot.clear();
      this.#graph.clear();
      return;
    }
    const { counts } = swarm;
    this.update();
    this.#plot.take({ origin: counts.origin + swarm.elsewhere, relays: counts.relays, peers: counts.peers - counts.relays });
    this.#graph.take(swarm.neighbours);
  }
}
