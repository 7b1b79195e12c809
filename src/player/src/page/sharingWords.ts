import type { PeerUse } from "../playback/peers.js";
import type { SharingRule } from "../playback/ticket.js";
import type { Restraint } from "../swarm/manners.js";
import type { Standing } from "../swarm/receiptFiling.js";
import type { Swarm } from "../swarm/swarm.js";

type SwarmSeen = Pick<Swarm, "state" | "refusal" | "trackerRefusal" | "neighbours" | "viewers" | "minViewers" | "sharing" | "isPrivate" | "isBroadcastPrivate">;

const restraints: Readonly<Record<Restraint, string>> = {
  cellular: "you are on a mobile connection",
  "save-data": "your browser is set to save data",
  battery: "the battery is low and not charging",
  "hidden-and-hot": "this page is in the background and the machine has much to do",
  busy: "this machine has much to do",
};

/** Whether anything is shared, and if not, why. */
export function describeSharing(use: PeerUse, swarm: SwarmSeen | undefined, restraint?: Restraint, rule?: SharingRule): string {
  if (use === "unsupported") {
    const asked = rule === "required" ? " Your ticket asks for sharing; it plays all the same, because this browser cannot." : "";
    return `This browser has no WebRTC. Everything comes from the server.${asked}`;
  }
  if (use !== "on") return "Off. Everything comes from the server, and no other viewer learns your address.";
  if (!swarm) return "On, as soon as the broadcast plays.";
  const held = restraint === undefined ? "" : ` Nothing is sent to others for now, because ${restraints[restraint]}. It goes on by itself.`;
  return describeSwarm(swarm) + (swarm.state === "joined" || swarm.state === "tracker-away" ? held : "");
}

function describeSwarm(swarm: SwarmSeen): string {
  if (swarm.state === "starting") return "Asking to be let in.";
  if (swarm.state === "not-admitted" || swarm.state === "closed") return `Not admitted (${swarm.refusal ?? "no reason given"}). Everything comes from the server.`;
  const linked = swarm.neighbours.filter(({ isUp }) => isUp).length;
  const served = `Relays may still serve you${linked > 0 ? `: ${number(linked, "relay")} now` : ""}.`;
  if (swarm.isBroadcastPrivate) return `This broadcast is private: no viewer learns another’s address, and nobody sends to others. ${served}`;
  if (swarm.sharing === "forbidden") return `This ticket does not allow sharing with other viewers. ${served}`;
  if (swarm.isPrivate) {
    const now = linked > 0 ? `with ${number(linked, "relay")}` : "but there is none to be reached now: everything comes from the server";
    return `On, through relays alone, ${now}. No other viewer learns your address, and you send to none.`;
  }
  if (linked > 0) return `On, with ${number(linked, "neighbour")}${swarm.state === "tracker-away" ? "; new ones come once the tracker is back" : ""}.`;
  if (swarm.state === "tracker-away") return `The tracker is away${swarm.trackerRefusal ? ` (${swarm.trackerRefusal})` : ""}. Everything comes from the server meanwhile.`;
  if (swarm.viewers < swarm.minViewers) return `Waiting for more viewers: ${swarm.viewers} of at least ${swarm.minViewers}.`;
  return "On, looking for neighbours.";
}

function number(count: number, of: string): string {
  return count === 1 ? `one ${of}` : `${count} ${of}s`;
}

/** What the viewer should know of the switch. */
export function describeConsent(rule: SharingRule | undefined, isBroadcastPrivate = false): string {
  const relaysAlone = "Turned on, parts come from relays alone. You send nothing, and no other viewer learns your address.";
  if (isBroadcastPrivate) return `This broadcast is private. ${relaysAlone}`;
  if (rule === "forbidden") return `Your ticket does not allow sharing. ${relaysAlone}`;
  const cost = "Uses your upload, four fifths of it at most and never more than you get. Viewers you are linked with see your network address.";
  return rule === "required" ? `${cost} Your ticket asks for this: turned off, the broadcast stops.` : `${cost} You can turn it off at any time.`;
}

const bands: Readonly<Record<Standing["band"], string>> = { new: "New", known: "Known", proven: "Proven", banned: "Banned from sharing" };

/** How this page's viewer stands, and why; and what it has heard of others. */
export function describeStanding(standing: Standing | undefined, convicted = 0): string {
  const of = standing === undefined || standing.receipts === 0 ? "nothing was handed in yet" : `by ${number(standing.receipts, "receipt")} of ${number(standing.receivers, "viewer")}`;
  const own = standing === undefined ? "Nothing counted yet" : `${bands[standing.band]}, ${standing.score} of 1000: ${of}`;
  return convicted === 0 ? own : `${own}. ${convicted === 1 ? "One neighbour was" : `${convicted} neighbours were`} proved to have lied, and cut off.`;
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
