import type { PeerUse } from "../playback/peers.js";
import type { Swarm } from "../swarm/swarm.js";

/** Whether anything is shared, and if not, why. */
export function describeSharing(use: PeerUse, swarm: Pick<Swarm, "state" | "refusal" | "trackerRefusal" | "neighbours" | "viewers" | "minViewers" | "sharing"> | undefined): string {
  if (use === "unsupported") return "This browser has no WebRTC. Everything comes from the server.";
  if (use !== "on") return "Off. Everything comes from the server, and no other viewer learns your address.";
  if (!swarm) return "On, as soon as the broadcast plays.";
  if (swarm.state === "starting") return "Asking to be let in.";
  if (swarm.state === "not-admitted" || swarm.state === "closed") return `Not admitted (${swarm.refusal ?? "no reason given"}). Everything comes from the server.`;
  if (swarm.sharing === "forbidden") return "This ticket does not allow sharing with other viewers. Relays may still serve you.";
  const linked = swarm.neighbours.filter(({ isUp }) => isUp).length;
  if (linked > 0) return `On, with ${linked === 1 ? "one neighbour" : `${linked} neighbours`}${swarm.state === "tracker-away" ? "; new ones come once the tracker is back" : ""}.`;
  if (swarm.state === "tracker-away") return `The tracker is away${swarm.trackerRefusal ? ` (${swarm.trackerRefusal})` : ""}. Everything comes from the server meanwhile.`;
  if (swarm.viewers < swarm.minViewers) return `Waiting for more viewers: ${swarm.viewers} of at least ${swarm.minViewers}.`;
  return "On, looking for neighbours.";
}

const failures: Readonly<Record<string, string>> = {
  "no-answer": "A viewer did not answer.",
  "no-path": "No way through the networks to a viewer was found.",
  "path-lost": "The way to a viewer broke down.",
  "no-channel": "The connection to a viewer carried nothing.",
  "no-fingerprint": "A viewer’s connection was not what it had said.",
  "bad-signal": "A viewer’s answer could not be read.",
  unreachable: "A relay could not be reached.",
  closed: "A neighbour left.",
  us: "This page left a neighbour.",
  silence: "A neighbour said nothing.",
  slow: "The line to a neighbour was too slow.",
};

/** Why a link is no more, in words. */
export function describeLostLink(why: string): string {
  const known = failures[why];
  if (known) return known;
  if (why.startsWith("offence:")) return `A neighbour was cut off: ${why.slice("offence:".length)}.`;
  return `A neighbour was not let in: ${why.replace(/^refused:/, "")}.`;
}
