import { AuditSession } from "../auditing/auditSession.js";
import { ApiToken } from "../network/apiToken.js";
import { byId } from "../page/elements.js";
import { attempt } from "../playback/viewerAccess.js";
import { EntryList } from "./entryList.js";
import { EntryView } from "./entryView.js";
import { FindForm } from "./findForm.js";
import { LogPanel } from "./logPanel.js";
import { readRoute } from "./route.js";
import { TokenDialog } from "./tokenDialog.js";

const session = new AuditSession(attempt(() => localStorage));
const token = new ApiToken(attempt(() => sessionStorage), "liveledger.audit.token");
const find = new FindForm();
const tokens = new TokenDialog(token, () => void follow());
const panel = new LogPanel(session, () => void follow());
const list = new EntryList(session, token, () => tokens.open());
const entry = new EntryView(session, token, () => tokens.open());

session.onChange(() => {
  panel.update();
  document.body.dataset["verdict"] = session.verdict.kind;
});
// The address after # names what is shown, so this link must not change it.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId<HTMLElement>("content").focus();
});
addEventListener("hashchange", () => void navigate());
void follow();

/** Shows what the address names. */
async function follow(): Promise<void> {
  const route = readRoute(location.hash);
  const single = route.kind === "entry";
  panel.second = single;
  panel.update();
  find.hint(token.text !== undefined);
  byId<HTMLElement>("find").hidden = single;
  byId<HTMLElement>("list").hidden = single;
  if (route.kind === "entry") {
    list.hide();
    await entry.show(route.index);
    return;
  }
  entry.hide();
  document.title = "Audit · LiveLedger";
  if (route.kind === "search") {
    find.fill(route.filters);
    if (token.text === undefined) tokens.open();
  }
  await list.show(route);
}

/** The same, led by the user: the new content gets the focus, as a new page would. */
async function navigate(): Promise<void> {
  const { kind } = readRoute(location.hash);
  const shown = follow();
  if (kind !== "search") scrollTo({ top: 0 });
  await shown;
  if (readRoute(location.hash).kind === kind) byId<HTMLElement>(kind === "entry" ? "entry-title" : "list-title").focus({ preventScroll: kind === "entry" });
}
