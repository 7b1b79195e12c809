import type { WatchSession } from "../playback/watchSession.js";
import { announce, byId, setText } from "./elements.js";
import { type TicketCounter, wantsTicket } from "./ticketCounter.js";
import { coverOf, describeFailure, describeSignedTwice, ticketCover } from "./wording.js";

/** What the page says about its state: over the picture, under it, and to a screen reader. */
export class StateView {
  constructor(
    private readonly session: WatchSession,
    private readonly tickets: TicketCounter,
  ) {
    byId("cover-action").addEventListener("click", () => {
      const { state } = session;
      if (tickets.isOpen && wantsTicket(state)) tickets.lead();
      else if (state.kind === "stopped" && state.reason === "sharing-required") session.agreeToTerms();
      else session.start();
    });
    for (const name of ["online", "offline"]) window.addEventListener(name, () => this.update());
  }

  update(): void {
    const { state, title } = this.session;
    const cover = this.tickets.isOpen && wantsTicket(state) ? ticketCover(state) : coverOf(state);
    byId<HTMLElement>("stage").dataset["state"] = state.kind;
    byId<HTMLElement>("cover").hidden = !cover;
    if (cover) {
      byId<HTMLElement>("spinner").hidden = !cover.busy;
      setText(byId("cover-title"), cover.title);
      setText(byId("cover-detail"), cover.detail);
      const action = byId<HTMLButtonElement>("cover-action");
      action.hidden = !cover.action;
      setText(action, cover.action ?? "");
    }
    setText(byId("title"), title);
    document.title = `${title} · LiveLedger`;
    const status = cover?.title ?? (state.kind === "live" ? "Live now" : "The broadcast has ended. You are watching it from the start.");
    setText(byId("status"), cover ? "" : status);
    announce(cover ? `${cover.title}. ${cover.detail}` : status);
    this.#notice();
    const alarm = byId<HTMLElement>("publisher-alarm");
    const { signedTwice } = this.session;
    alarm.hidden = !signedTwice;
    if (signedTwice) setText(alarm, describeSignedTwice(signedTwice));
  }

  /** What went wrong while playing goes on. */
  #notice(): void {
    const { log, state, isStale } = this.session;
    const last = log.failures.at(-1);
    const playing = state.kind === "live" || state.kind === "recording";
    const text = !navigator.onLine
      ? "You are offline. What is loaded plays on."
      : playing && isStale
        ? "Nothing new has come from the broadcast’s server for a while. What is loaded plays on."
      : playing && last
        ? `${describeFailure(last)} It was left out; what you see is verified.`
        : "";
    const notice = byId<HTMLElement>("notice");
    notice.hidden = text === "";
    setText(notice, text);
  }
}
