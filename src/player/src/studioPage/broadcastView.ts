import { copyable, h } from "../auditPage/dom.js";
import { clock } from "../auditPage/format.js";
import { setText } from "../page/elements.js";
import type { Broadcast, Page, Playback, Status, SwarmState } from "../studio/answers.js";
import { Problem, type StudioApi } from "../studio/studioApi.js";
import { stateOf } from "./broadcastList.js";
import type { IngestKeys } from "./ingestKeys.js";
import { IngestPanel } from "./ingestPanel.js";
import { LifePanel } from "./lifePanel.js";
import { OffersPanel } from "./offersPanel.js";
import { inWords } from "./problemWords.js";
import { button, refresh } from "./parts.js";
import { PlaybacksPanel } from "./playbacksPanel.js";
import { StandingsPanel } from "./standingsPanel.js";
import { StatusPanel } from "./statusPanel.js";
import { SwarmPanel } from "./swarmPanel.js";
import { TicketSalesPanel } from "./ticketSalesPanel.js";
import { ViewersPanel } from "./viewersPanel.js";
import { WebhooksPanel } from "./webhooksPanel.js";

/** Between two looks at the server. */
const lookEvery = 2_000;

/** Looks until offers and entitlements are asked for again, which change seldom and may be many. */
const seldom = 3;

/** One broadcast, looked at again while the page is seen. An operator sees of it what is an operator's to see and to do. Gives what to do when it is left. */
export function showBroadcast(view: HTMLElement, api: StudioApi, keys: IngestKeys, id: string, isOperator: boolean): () => void {
  const path = `/v1/broadcasts/${id}`;
  let left = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn = 0;
  let looks = 0;

  const title = h("h1", { tabindex: "-1" }, "Broadcast");
  const badge = h("span", { id: "state" });
  const seen = h("p", { class: "hint", id: "seen" });
  const back = h("p", { class: "back" }, h("a", { href: "#/" }, "‹ All broadcasts"));
  const life = new LifePanel(api, path, () => look());
  const ingest = new IngestPanel(api, path, id, keys);
  const status = new StatusPanel();
  const swarm = new SwarmPanel(api, path, () => look(), isOperator);
  const viewers = new ViewersPanel(api, path, () => look());
  const offers = new OffersPanel(api, path, (list) => viewers.setOffers(list));
  const playbacks = new PlaybacksPanel(api, path, () => Promise.all([viewers.reload(), look()]));
  const webhooks = new WebhooksPanel(api, path);
  const tickets = new TicketSalesPanel(api, path);
  const standings = new StandingsPanel(api, path, id, isOperator);
  viewers.onChange = (entitlement) => playbacks.forget(entitlement);
  const body = isOperator
    ? h("div", { class: "view" }, standings.alarm, h("div", { class: "columns" }, status.element, swarm.element), standings.element)
    : h("div", { class: "view" }, standings.alarm, life.element, h("div", { class: "columns" }, h("div", { class: "column" }, status.element, swarm.element, playbacks.element), ingest.element), viewers.element, offers.element, tickets.element, standings.element, webhooks.element);
  let opened = false;

  view.replaceChildren(back, h("p", { class: "empty" }, "Loading."));
  const onVisible = (): void => {
    if (!document.hidden) void look();
  };
  document.addEventListener("visibilitychange", onVisible);
  void look();
  return () => {
    left = true;
    clearTimeout(timer);
    tickets.close();
    document.removeEventListener("visibilitychange", onVisible);
  };

  async function look(): Promise<void> {
    const mine = ++turn;
    clearTimeout(timer);
    try {
      const broadcast = await api.get<Broadcast>(path);
      const [now, open, sharing] = await Promise.all([api.get<Status>(`${path}/status`), isOperator ? undefined : api.get<Page<Playback>>(`${path}/playbacks`), swarmOf(path)]);
      // An answer that was overtaken is not shown over a later one.
      if (left || mine !== turn) return;
      show(broadcast);
      if (++looks % seldom === 0) await Promise.all([...(isOperator ? [] : [offers.load(), viewers.load(), webhooks.load(), tickets.load()]), standingsOf()]);
      status.show(broadcast, now);
      if (sharing) swarm.show(sharing);
      if (open) await playbacks.show(open.items);
      setText(seen, `As of ${clock(Date.now())}`);
      delete seen.dataset["stale"];
    } catch (error) {
      if (left || mine !== turn) return;
      const unknown = error instanceof Problem && (error.status === 404 || error.status === 403);
      if (!opened) {
        view.replaceChildren(back, h("div", { class: "card", role: "alert" }, h("p", {}, inWords(error)), h("div", { class: "actions" }, button("Try again", () => void look()))));
        if (unknown) return;
      } else {
        setText(seen, `${inWords(error)} What is shown is older.`);
        seen.dataset["stale"] = "true";
      }
    }
    if (!document.hidden && !left) timer = setTimeout(() => void look(), lookEvery);
  }

  async function standingsOf(): Promise<void> {
    try {
      await standings.load();
    } catch (error) {
      if (!(error instanceof Problem && error.status === 403)) throw error;
      standings.element.hidden = true;
    }
  }

  // Not everybody who may look at a broadcast is told how its viewers do.
  async function swarmOf(broadcast: string): Promise<SwarmState | undefined> {
    try {
      return await api.get<SwarmState>(`${broadcast}/swarm`);
    } catch (error) {
      if (error instanceof Problem && error.status === 403) return undefined;
      throw error;
    }
  }

  function show(broadcast: Broadcast): void {
    if (!opened) {
      opened = true;
      setText(title, broadcast.title);
      document.title = `${broadcast.title.slice(0, 80)} · LiveLedger Studio`;
      view.replaceChildren(back,
        h("div", { class: "heading" }, title, badge),
        h("div", { class: "under" }, copyable(broadcast.id, "the broadcast’s id"), h("span", { class: "hint" }, `${broadcast.scheme}, ${broadcast.keyPeriodSeconds === null ? "one key throughout" : `a new key every ${broadcast.keyPeriodSeconds} s`}`),
          h("a", { href: `/audit#/search?broadcast=${broadcast.id}` }, "In the ledger"), seen),
        body);
      if (!isOperator) for (const panel of [offers, viewers, webhooks]) void panel.reload();
      void standingsOf().catch(() => undefined);
    }
    refresh(badge, [broadcast.state, broadcast.takenDownAt, broadcast.signer], () => [stateOf(broadcast)]);
    life.show(broadcast);
    ingest.show(broadcast);
    swarm.showChoice(broadcast);
  }
}
