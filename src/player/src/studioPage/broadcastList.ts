import { h } from "../auditPage/dom.js";
import { time } from "../auditPage/format.js";
import type { Broadcast, Page } from "../studio/answers.js";
import type { StudioApi } from "../studio/studioApi.js";
import type { IngestKeys } from "./ingestKeys.js";
import { button, card, ProblemLine, state, table } from "./parts.js";
import { TakeOverForm } from "./takeOverForm.js";

/** All broadcasts of the account, newest first, and the form for a new one; for an operator everybody's. Gives what to do when it is left. */
export function showBroadcasts(view: HTMLElement, api: StudioApi, keys: IngestKeys, isOperator: boolean): () => void {
  const title = isOperator ? "All broadcasts" : "Your broadcasts";
  const problem = new ProblemLine();
  const list = h("div", { "aria-live": "off" }, h("p", { class: "empty" }, "Loading."));
  const pager = h("nav", { class: "pager", "aria-label": "More broadcasts", hidden: true });
  const shown: Broadcast[] = [];
  const takeOver = isOperator ? undefined : new TakeOverForm(api);
  let left = false;

  const load = (after?: string | null) => problem.while(undefined, async () => {
    const page = await api.get<Page<Broadcast>>(`/v1/broadcasts${after ? `?after=${after}` : ""}`);
    if (left) return;
    shown.push(...page.items);
    list.replaceChildren(shown.length === 0
      ? h("p", { class: "empty" }, isOperator ? "No broadcasts yet." : "No broadcasts yet. Create the first one.")
      : table(title, ["Title", "State", "Created"], shown.map((broadcast) => [
        h("a", { href: `#/broadcast/${broadcast.id}`, class: "name" }, broadcast.title), stateOf(broadcast), time(Date.parse(broadcast.createdAt)),
      ])));
    pager.hidden = !page.next;
    pager.replaceChildren(button("Load more", () => void load(page.next)));
  }).then((good) => {
    if (!good && shown.length === 0 && !left) list.replaceChildren(button("Try again", () => void load()));
  });

  view.replaceChildren(
    h("h1", { tabindex: "-1" }, title),
    isOperator
      ? card("Broadcasts", "broadcasts", list, pager, problem.element)
      : h("div", { class: "columns list-first" }, card("Broadcasts", "broadcasts", list, pager, problem.element), h("div", { class: "stack" }, createForm(api, keys), takeOver?.element)));
  void load();
  return () => {
    left = true;
    takeOver?.close();
  };
}

export function stateOf(broadcast: Broadcast): HTMLElement {
  if (broadcast.takenDownAt) return state("Taken down", "bad");
  if (broadcast.state === "live") return state("Live", "live");
  if (broadcast.state === "ended") return state("Ended", "soft");
  return broadcast.signer ? state("Ready to start", "good") : state("Needs a certificate", "warn");
}

function createForm(api: StudioApi, keys: IngestKeys): HTMLElement {
  const problem = new ProblemLine();
  const title = h("input", { id: "new-title", autocomplete: "off" });
  const scheme = h("select", { id: "new-scheme", "aria-describedby": "scheme-hint" }, h("option", { value: "cbcs" }, "cbcs"), h("option", { value: "cenc" }, "cenc"));
  const period = h("input", { id: "new-period", inputmode: "numeric", autocomplete: "off", placeholder: "One key throughout", "aria-describedby": "period-hint" });
  const peers = h("select", { id: "new-peers", "aria-describedby": "peers-hint" }, h("option", { value: "viewers" }, "May share, if they agree"), h("option", { value: "relays" }, "Private: relays only"));
  const submit = h("button", { class: "button", id: "create" }, "Create");
  const invalid: Record<string, HTMLElement> = { "title-invalid": title, "scheme-unknown": scheme, "key-period-invalid": period, "peers-unknown": peers, "request-malformed": period };
  const form = h("form", { novalidate: true, class: "stack", onsubmit: (event) => {
    event.preventDefault();
    for (const field of Object.values(invalid)) field.removeAttribute("aria-invalid");
    void problem.while(submit, async () => {
      const seconds = period.value.trim();
      const wanted = { title: title.value, scheme: scheme.value, keyPeriodSeconds: seconds === "" ? null : /^\d{1,9}$/.test(seconds) ? Number(seconds) : -1, peers: peers.value };
      try {
        const made = await api.post<Broadcast>("/v1/broadcasts", wanted);
        if (made.ingest?.key) keys.keep(made.id, made.ingest.key);
        location.hash = `#/broadcast/${made.id}`;
      } catch (error) {
        const field = invalid[(error as { code?: string }).code ?? ""];
        field?.setAttribute("aria-invalid", "true");
        field?.focus();
        throw error;
      }
    });
  } },
    h("label", { for: "new-title" }, "Title", title),
    h("label", { for: "new-scheme" }, "Encryption", scheme),
    h("p", { class: "hint", id: "scheme-hint" }, "cbcs plays everywhere current; cenc also on older devices."),
    h("label", { for: "new-period" }, "New key every … seconds", period),
    h("p", { class: "hint", id: "period-hint" }, "10 to 86,400, or empty. The shorter, the sooner a revoked viewer sees no more."),
    h("label", { for: "new-peers" }, "Viewers among themselves", peers),
    h("p", { class: "hint", id: "peers-hint" }, "Private: no viewer learns another’s address, and offers that ask for sharing ask for nothing. Can be changed until the start."),
    problem.element,
    h("div", { class: "actions" }, submit));
  return card("New broadcast", "new-broadcast", form);
}

