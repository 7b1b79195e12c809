import { h } from "../auditPage/dom.js";
import { count, counted, time } from "../auditPage/format.js";
import { formatBytes } from "../page/elements.js";
import type { Broadcast, Status } from "../studio/answers.js";
import { ingestInWords } from "./problemWords.js";
import { card, refresh, table } from "./parts.js";

/** How it is doing at the moment. */
export class StatusPanel {
  readonly #body = h("div", { class: "stack" }, h("p", { class: "empty" }, "Loading."));
  readonly element = card("Now", "status", this.#body);

  show(broadcast: Broadcast, status: Status): void {
    const now = Date.now();
    const quiet = status.tracks.map(({ lastReceivedAt }) => (lastReceivedAt ? Math.max(0, Math.round((now - Date.parse(lastReceivedAt)) / 1000)) : undefined));
    refresh(this.#body, [broadcast.state, status, quiet], () => {
      const { lastIngestRefusal: refusal } = status;
      return [
        h("dl", { class: "figures" },
          figure("Watching now", count(status.viewers), "viewers"),
          figure("Segments", count(status.tracks.reduce((sum, track) => sum + track.segments, 0)), "segments"),
          figure("In the ledger", status.loggedSegments === null ? "–" : count(status.loggedSegments), "logged")),
        status.unloggedSegments ? h("p", { class: "hint" }, `${counted(status.unloggedSegments, "segment")} on the way to the ledger.`) : "",
        status.tracks.length === 0
          ? h("p", { class: "empty" }, broadcast.state === "live" ? "Nothing has come yet. Start your publisher." : "Nothing was sent yet.")
          : h("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Tracks", "data-key": "tracks" }, table("Tracks", ["Track", "Kind", "Segments", "Size", "Last one"], status.tracks.map((track, i) => [
              h("span", { class: "name" }, track.name), `${track.class} ${track.resolution || track.codec}`, count(track.segments), formatBytes(track.bytes), agoOf(quiet[i]),
            ]))),
        refusal
          ? h("div", { class: "notice", id: "refusal" }, h("p", {}, h("strong", {}, "Last refusal of a publisher"), ` on ${time(Date.parse(refusal.at))}`),
              h("p", {}, ingestInWords(refusal.code) || refusal.detail || ""), h("p", { class: "code-line" }, h("code", {}, refusal.code)))
          : "",
      ];
    });
  }
}

function figure(name: string, value: string, id: string): HTMLElement {
  return h("div", {}, h("dt", {}, name), h("dd", { "data-figure": id }, value));
}

function agoOf(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}
