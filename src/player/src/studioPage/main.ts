import { ApiToken } from "../network/apiToken.js";
import { byId } from "../page/elements.js";
import { attempt } from "../playback/viewerAccess.js";
import { type Problem, StudioApi } from "../studio/studioApi.js";
import { showBroadcast } from "./broadcastView.js";
import { showBroadcasts } from "./broadcastList.js";
import { IngestKeys } from "./ingestKeys.js";
import { SignIn } from "./signIn.js";

const token = new ApiToken(attempt(() => sessionStorage), "liveledger.studio.token");
const keys = new IngestKeys();
const api = new StudioApi(token, (problem) => signOut(problem));
const signIn = new SignIn(token, api, () => void follow(true));
const view = byId<HTMLElement>("view");
let leave = (): void => undefined;

// The address after # names what is shown, so this link must not change it.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId<HTMLElement>("content").focus();
});
byId("sign-out").addEventListener("click", () => signOut());
addEventListener("hashchange", () => void follow(true));
void follow(false);

/** Leaves nothing of the account in the page. */
function signOut(problem?: Problem): void {
  leave();
  keys.forget();
  byId<HTMLDialogElement>("dialog").close();
  view.replaceChildren();
  signIn.show(problem);
}

/** Shows what the address names; led by the user, its heading gets the focus, as on a new page. */
async function follow(led: boolean): Promise<void> {
  leave();
  leave = () => undefined;
  if (token.text === undefined) return signIn.show();
  signIn.hide();
  view.hidden = false;
  const id = /^#\/broadcast\/([0-9a-f]{32})$/.exec(location.hash)?.[1];
  document.title = "Studio · LiveLedger";
  const isOperator = token.claims?.role === "operator";
  leave = id === undefined ? showBroadcasts(view, api, keys, isOperator) : showBroadcast(view, api, keys, id, isOperator);
  if (!led) return;
  scrollTo({ top: 0 });
  view.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}
