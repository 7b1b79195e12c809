import type { VerificationLog } from "../playback/verificationLog.js";
import type { WatchSession } from "../playback/watchSession.js";
import { announce, byId, formatBytes, setIcon, setText } from "./elements.js";
import { describeFailure, describeTrust } from "./wording.js";

const svg = "http://www.w3.org/2000/svg";

/** The Verified badge and the panel behind it. */
export class ProofPanel {
  readonly #badge = byId<HTMLButtonElement>("badge");
  readonly #badgeText = byId<HTMLElement>("badge-text");
  readonly #panel = byId<HTMLElement>("proof");
  readonly #plot = byId<SVGSVGElement>("plot");

  constructor(private readonly session: WatchSession) {
    this.#badge.addEventListener("click", () => this.toggle());
    byId("copy").addEventListener("click", () => {
      void navigator.clipboard?.writeText(session.identity).then(() => announce("Identity copied"));
    });
  }

  readonly toggle = (): void => {
    this.#panel.hidden = !this.#panel.hidden;
    this.#badge.setAttribute("aria-expanded", String(!this.#panel.hidden));
    this.update();
    if (!this.#panel.hidden) this.#panel.scrollIntoView({ block: "nearest" });
  };

  /** Called on every change of the session; draws the panel only while it is open. */
  update(): void {
    const { log, skipped } = this.session;
    const verdict = log.failed > 0 ? "bad" : log.verified > 0 ? "good" : "none";
    this.#badge.dataset["verdict"] = verdict;
    setIcon(this.#badge, verdict === "bad" ? "cross" : "check");
    setText(this.#badgeText, verdict === "bad" ? `${log.failed} refused` : verdict === "good" ? "Verified" : "Checking");
    this.#badge.setAttribute("aria-label", badgeLabel(log));
    if (this.#panel.hidden) return;

    setText(byId("proof-lead"), "Every segment is checked against the broadcaster’s signature before any byte of it reaches the player.");
    setText(byId("p-verified"), log.verified.toLocaleString());
    setText(byId("p-bytes"), formatBytes(log.bytes));
    setText(byId("p-skipped"), skipped === 0 ? "None" : `${skipped}, not played`);
    setText(byId("p-identity"), shortIdentity(this.session.identity));
    byId<HTMLElement>("p-identity").title = this.session.identity;
    byId<HTMLElement>("copy").hidden = this.session.identity === "";
    setText(byId("p-trust"), describeTrust(this.session.trust));
    const last = log.failures.at(-1);
    setText(byId("p-failure"), last ? `${describeFailure(last)} ${new Date(last.at).toLocaleTimeString()}` : "None");
    this.#draw(log);
  }

  /** A bar for each of the last segments, as high as its checks took; audio and video alike. */
  #draw(log: VerificationLog): void {
    const times = log.recent.map((segment) => segment.milliseconds);
    const highest = Math.max(4, ...times);
    const slots = Math.max(30, times.length);
    this.#plot.replaceChildren(
      ...times.map((milliseconds, i) => {
        const bar = document.createElementNS(svg, "rect");
        const height = Math.max(2, (68 * milliseconds) / highest);
        bar.setAttribute("x", String((600 * i) / slots));
        bar.setAttribute("y", String(72 - height));
        bar.setAttribute("width", String(Math.max(1, 600 / slots - 2)));
        bar.setAttribute("height", String(height));
        return bar;
      }),
    );
    const sorted = times.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    const summary = times.length === 0 ? "" : `: median ${median.toFixed(1)} ms, longest ${(sorted.at(-1) ?? 0).toFixed(1)} ms, last ${times.length}`;
    setText(byId("plot-caption"), `Time to check each segment${summary}`);
  }
}

function badgeLabel(log: VerificationLog): string {
  const verified = `${log.verified} segments verified`;
  return log.failed > 0 ? `${verified}, ${log.failed} refused. What was checked` : `${verified}. What was checked`;
}

/** Enough of an identity to compare by eye. */
function shortIdentity(identity: string): string {
  return identity === "" ? "Not checked yet" : `${identity.slice(0, 8)}…${identity.slice(-6)}`;
}
