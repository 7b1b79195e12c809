import { broadcastOfPage } from "../playback/liveUrls.js";
import { keepToken, readViewerAccess, UnreadableIdentityError, type ViewerAccess } from "../playback/viewerAccess.js";
import { WatchSession } from "../playback/watchSession.js";
import { Controls } from "./controls.js";
import { DecisionsPanel } from "./decisionsPanel.js";
import { byId } from "./elements.js";
import { listenToKeys } from "./keyboard.js";
import { ProofPanel } from "./proofPanel.js";
import { QualityMenu } from "./qualityMenu.js";
import { SharingPanel } from "./sharingPanel.js";
import { StateView } from "./stateView.js";
import { exposeStats } from "./stats.js";
import { TicketCounter } from "./ticketCounter.js";

const broadcast = broadcastOfPage(location.pathname);
const access = broadcast ? accessTo(broadcast.id) : undefined;
const video = byId<HTMLVideoElement>("video");
const session = new WatchSession(
  broadcast ?? { id: "", bytes: new Uint8Array(16) },
  access?.token,
  access?.pinned,
  video,
);
const controls = new Controls(video, session);
const proof = new ProofPanel(session);
const decisions = new DecisionsPanel(session);
const sharing = new SharingPanel(session);
const tickets = new TicketCounter(broadcast?.id ?? "", session, (token) => keepToken(broadcast?.id ?? "", token, window), () => stateView.update());
const stateView = new StateView(session, tickets);
new QualityMenu(session);
listenToKeys(controls, video, proof.toggle);
exposeStats(session, video, controls);

let started = false;
session.onChange(() => {
  stateView.update();
  proof.update();
  decisions.update();
  sharing.update();
  tickets.update();
  const { kind } = session.state;
  if ((kind === "live" || kind === "recording") && !started) {
    started = true;
    void controls.start();
  }
  if (kind !== "live" && kind !== "recording") started = false;
});

if (!broadcast) session.stop("no-such-broadcast");
else if (!access) session.stop("identity-unreadable");
else session.start();

function accessTo(id: string): ViewerAccess | undefined {
  try {
    return readViewerAccess(id, window);
  } catch (error) {
    if (error instanceof UnreadableIdentityError) return undefined;
    throw error;
  }
}
