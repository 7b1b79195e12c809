import { h, svg } from "../auditPage/dom.js";
import { count } from "../auditPage/format.js";
import { announce, formatBytes, setText } from "../page/elements.js";
import { SourcePlot } from "../page/sourcePlot.js";
import type { Broadcast, SwarmState } from "../studio/answers.js";
import type { StudioApi } from "../studio/studioApi.js";
import { button, card, pressed, ProblemLine, refresh } from "./parts.js";

/** Four minutes, at a look each two seconds. */
const keptLooks = 120;

/** Whether viewers may carry the broadcast, and how much of it they and relays do, as the players say. */
export class SwarmPanel {
  readonly #offload = h("dd", { "data-figure": "offload" });
  readonly #sharers = h("dd", { "data-figure": "sharers" });
  readonly #stalls = h("dd", { "data-figure": "stalls" });
  readonly #latency = h("dd", { "data-figure": "latency" });
  readonly #refused = h("p", { class: "hint" });
  readonly #drawing = svg("svg", { class: "plot", role: "img", "aria-label": "Bytes from the origin, relays and viewers since you opened this page", viewBox: "0 0 600 72", preserveAspectRatio: "none" });
  readonly #plot = new SourcePlot(this.#drawing, keptLooks);
  readonly #choice = h("div", { class: "stack" });
  readonly #problem = new ProblemLine();
  readonly #empty = h("p", { class: "empty" });
  readonly #figures = h("div", { class: "stack", hidden: true },
    h("dl", { class: "figures" },
      h("div", {}, h("dt", {}, "Not from the origin"), this.#offload), h("div", {}, h("dt", {}, "Viewers and relays"), this.#sharers),
      h("div", {}, h("dt", {}, "Stalls a viewer-hour"), this.#stalls), h("div", {}, h("dt", {}, "Behind the edge"), this.#latency)),
    this.#drawing,
    h("p", { class: "hint" }, h("span", { class: "key origin" }, "origin"), " ", h("span", { class: "key relays" }, "relays"), " ", h("span", { class: "key peers" }, "viewers"), " · the last minute’s figures, as players say"),
    this.#refused);
  readonly element = card("Sharing between viewers", "swarm", this.#choice, this.#problem.element, this.#empty, this.#figures);

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
    private readonly look: () => Promise<unknown>,
    /** An operator looks on. */
    private readonly isOperator: boolean,
  ) {}

  /** What viewers may learn of one another, and the way to change it until the start. */
  showChoice({ peers, state }: Broadcast): void {
    const isPrivate = peers === "relays";
    setText(this.#empty, isPrivate ? "Nobody takes from relays yet: viewers turn it on on their page." : "Nobody shares yet: viewers agree to it on their page, and three of them make a swarm.");
    refresh(this.#choice, [peers, state], () => [
      h("p", { id: "peers" }, isPrivate
        ? "Private: viewers take it from relays and the server alone. None learns another’s address, and offers that ask for sharing ask for nothing."
        : "Viewers may pass it on to one another, if they agree and their offer allows it. Those who do see each other’s address."),
      ...(state === "created"
        ? this.isOperator ? [] : [h("div", { class: "actions" }, button(isPrivate ? "Let viewers share" : "Make it private", (event) => void this.#choose(isPrivate ? "viewers" : "relays", pressed(event)), { id: "peers-change", "data-key": "peers-change" }))]
        : [h("p", { class: "hint" }, "Settled when the broadcast was started.")]),
    ]);
  }

  async #choose(peers: Broadcast["peers"], by: HTMLButtonElement): Promise<void> {
    if (!(await this.#problem.while(by, () => this.api.put(`${this.path}/peers`, { peers })))) return;
    await this.look();
    announce(peers === "relays" ? "Made private" : "Viewers may share");
  }

  show(state: SwarmState): void {
    const { viewers, relays, links, total, offload, stallsPerViewerHour, latencyMs } = state;
    const isThere = viewers + relays > 0 || total.origin + total.relays + total.peers > 0;
    this.#empty.hidden = isThere;
    this.#figures.hidden = !isThere;
    setText(this.#offload, offload === null ? "–" : `${(100 * offload).toFixed(1)} %`);
    setText(this.#sharers, `${count(viewers)} + ${count(relays)}, ${count(links)} links`);
    setText(this.#stalls, stallsPerViewerHour === null ? "–" : String(stallsPerViewerHour));
    setText(this.#latency, latencyMs === null ? "–" : `${(latencyMs / 1000).toFixed(1)} s`);
    setText(this.#refused, `Since the first came: ${formatBytes(total.origin)} from the origin, ${formatBytes(total.relays)} from relays, ${formatBytes(total.peers)} from viewers; ${count(total.refused)} chunks refused.`);
    this.#plot.take(total);
  }
}
