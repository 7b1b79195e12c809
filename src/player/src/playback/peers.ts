import { browserClock } from "../swarm/clock.js";
import { Swarm, type SwarmSurroundings } from "../swarm/swarm.js";
import type { Bytes } from "../verify/bytes.js";
import type { VerifierClient } from "../worker/client.js";
import type { Broadcast } from "./liveUrls.js";
import { attempt } from "./viewerAccess.js";

const consentKey = "liveledger.sharing";
const privateKey = "liveledger.private";

/** Whether the page swaps with other viewers: the viewer has not agreed yet, or not at all, or the browser cannot. Only when it is on does any peer learn of this page. */
export type PeerUse = "on" | "not-asked" | "declined" | "unsupported";

export function peerUse(): PeerUse {
  if (typeof RTCPeerConnection !== "function") return "unsupported";
  const kept = recall(consentKey);
  return kept === "on" ? "on" : kept === "off" ? "declined" : "not-asked";
}

/** Remembers the viewer's word. Where nothing may be remembered it is asked for again on the next visit. */
export function keepConsent(agrees: boolean): void {
  keep(consentKey, agrees);
}

/** Whether the viewer wants relays alone, so that no other viewer learns the address. */
export function wantsPrivate(): boolean {
  return recall(privateKey) === "on";
}

export function keepPrivate(isPrivate: boolean): void {
  keep(privateKey, isPrivate);
}

/** What was said on this page: it holds here, whatever a browser lets us keep. */
const said = new Map<string, string>();

function keep(key: string, value: boolean): void {
  const text = value ? "on" : "off";
  said.set(key, text);
  attempt(() => window.localStorage.setItem(key, text));
}

function recall(key: string): string | null | undefined {
  return said.get(key) ?? attempt(() => window.localStorage.getItem(key));
}

/** What of a swarm's surroundings the page's visit knows. */
export type Visit = Required<Pick<SwarmSurroundings, "viewerToken" | "identity" | "playback" | "isPrivate" | "changed" | "viewing">>;

/** Joins the swarm of a playback with what a browser has. */
export function joinSwarm(broadcast: Broadcast, verifier: VerifierClient, visit: Visit): Swarm {
  return new Swarm({
    ...visit, server: location.origin, broadcast, clock: browserClock,
    readRecord: async (file: Bytes, slot) => {
      const answer = await verifier.ask({ kind: "record", record: file, slot });
      return answer.verdict === "good" && answer.facts ? { file, ...answer.facts } : undefined;
    },
    openTracker: (address) => new WebSocket(address) as unknown as ReturnType<SwarmSurroundings["openTracker"]>,
    openRelay: (address) => new WebSocket(address) as unknown as ReturnType<SwarmSurroundings["openRelay"]>,
    connect: (settings) => new RTCPeerConnection(settings),
  });
}
