import { browserClock } from "../swarm/clock.js";
import { Swarm } from "../swarm/swarm.js";
import type { Bytes } from "../verify/bytes.js";
import type { VerifierClient } from "../worker/client.js";
import type { Broadcast } from "./liveUrls.js";
import { attempt } from "./viewerAccess.js";

const consentKey = "liveledger.sharing";

/** Whether the page swaps with other viewers: the viewer has not agreed yet, or not at all, or the browser cannot. Only when it is on does any peer learn of this page. */
export type PeerUse = "on" | "not-asked" | "declined" | "unsupported";

export function peerUse(): PeerUse {
  if (typeof RTCPeerConnection !== "function") return "unsupported";
  const kept = attempt(() => window.localStorage.getItem(consentKey));
  return kept === "on" ? "on" : kept === "off" ? "declined" : "not-asked";
}

/** Remembers the viewer's word. Where nothing may be remembered it stays at no. */
export function keepConsent(agrees: boolean): void {
  attempt(() => window.localStorage.setItem(consentKey, agrees ? "on" : "off"));
}

/** Joins the swarm of a playback with what a browser has. */
export function joinSwarm(
  broadcast: Broadcast, viewerToken: string, identity: Bytes, verifier: VerifierClient, playback: () => string | undefined, changed: () => void, viewing: ConstructorParameters<typeof Swarm>[0]["viewing"],
): Swarm {
  return new Swarm({
    server: location.origin, broadcast, identity, viewerToken, playback, changed, viewing, clock: browserClock,
    readRecord: async (file, slot) => {
      const answer = await verifier.ask({ kind: "record", record: file, slot });
      return answer.verdict === "good" && answer.facts ? { file, ...answer.facts } : undefined;
    },
    openTracker: (address) => new WebSocket(address) as unknown as ReturnType<ConstructorParameters<typeof Swarm>[0]["openTracker"]>,
    openRelay: (address) => new WebSocket(address) as unknown as ReturnType<ConstructorParameters<typeof Swarm>[0]["openRelay"]>,
    connect: (settings) => new RTCPeerConnection(settings),
  });
}
