import type { TrustBasis } from "../playback/identityTrust.js";
import type { SignedTwice } from "../playback/publisherAlarm.js";
import type { ReportedFailure } from "../playback/verificationLog.js";
import type { WatchState } from "../playback/watchState.js";
import type { CheckName } from "../verify/failure.js";

/** What covers the picture in a state, and the way out of it. */
export interface Cover {
  readonly title: string;
  readonly detail: string;
  readonly busy: boolean;
  /** Label of the button that starts again; none where that cannot help. */
  readonly action?: string;
}

const askAgain = "Ask whoever sent you the link for a new one.";

/** The cover of a state; undefined where the picture shows. */
export function coverOf(state: WatchState): Cover | undefined {
  switch (state.kind) {
    case "loading":
      return { title: "Loading", detail: "Fetching and checking the broadcaster’s certificate.", busy: true };
    case "waiting":
      return { title: "The broadcast has not started yet", detail: "Leave this page open: it starts by itself.", busy: true };
    case "busy":
      return { title: "One moment", detail: "The server cannot let new viewers in just now. Trying again by itself.", busy: true };
    case "interrupted":
      return { title: "Connection lost", detail: "Trying to reconnect.", busy: true };
    case "live":
    case "recording":
      return undefined;
    case "stopped":
      return stopped(state);
  }
}

const soldBelow = "Tickets for this broadcast are sold below. Whoever holds one signs in with its wallet.";

/** Instead of the cover of a state, where the ticket that is missing is sold on this page. */
export function ticketCover(state: WatchState): Cover {
  const action = "See the tickets";
  if (state.kind !== "stopped" || state.reason === "no-token") {
    return { title: "You need a ticket", detail: soldBelow, busy: false, action };
  }
  const [title, detail] = lostTickets[state.reason === "refused" ? (state.detail ?? "") : ""] ?? [coverOf(state)?.title ?? "", soldBelow];
  return { title, detail, busy: false, action };
}

/** What became of a ticket of a chain, short enough for the picture's place on a phone, and what its holder of before can do. */
const lostTickets: Readonly<Record<string, readonly [title: string, detail: string]>> = {
  // Asked anew, the server knows of no ticket that this viewer ever passed on.
  "not-entitled": ["You have no ticket for this broadcast", "If you had one, it was passed on. Connect the wallet that holds it now and sign in; or buy another below."],
  "entitlement-transferred": ["Your ticket was passed on", "Another wallet holds it now, and watches by it. If it is yours too, connect it below and sign in; or buy another ticket there."],
  "entitlement-refunded": ["Your ticket was refunded", "Its price was given back, so it no longer opens this broadcast. Tickets that are still sold stand below."],
  "entitlement-revoked": ["Your ticket was withdrawn", "The broadcaster took it back, or whoever held it destroyed it. Tickets that are still sold stand below."],
  "entitlement-suspended": ["Your ticket is gone for now", "The chain took back the block it was bought in, or the broadcaster put it on hold. Look at your wallet’s history before you buy another."],
};

function stopped(state: WatchState & { kind: "stopped" }): Cover {
  switch (state.reason) {
    case "no-token":
      return { title: "This link has no ticket", detail: `The part after # is missing, so the broadcast cannot be unlocked. ${askAgain}`, busy: false };
    case "token-expired":
      return { title: "Your ticket has run out", detail: askAgain, busy: false, action: "Try again" };
    case "sharing-required":
      return {
        title: "This ticket asks you to share",
        detail: "It was sold on condition that your browser passes parts of the broadcast on to other viewers while you watch. That uses your upload, and viewers you are linked with see your network address. It pauses by itself on mobile connections, on a low battery and while this machine is busy.",
        busy: false,
        action: "Agree and watch",
      };
    case "refused":
      return refusal(state.detail ?? "");
    case "verification-failed":
      return {
        title: "Stopped: this is not what the broadcaster signed",
        detail: state.failure ? `${describeFailure(state.failure)} Nothing of it was played.` : "Nothing of it was played.",
        busy: false,
        action: "Try again",
      };
    case "identity-unreadable":
      return { title: "This link is damaged", detail: `The broadcaster’s identity in it cannot be read. ${askAgain}`, busy: false };
    case "insecure-context":
      return { title: "This page needs a secure connection", detail: "Browsers unlock protected video only over HTTPS. Open the same link with https://.", busy: false };
    case "unsupported":
      return { title: "This browser cannot play protected live video", detail: "A current Chrome, Edge, Firefox or Android browser can.", busy: false };
    case "no-such-broadcast":
      return { title: "There is no such broadcast", detail: "Check the link.", busy: false };
    case "playback-failed":
      return { title: "Playback failed", detail: state.detail ? `The player reported: ${state.detail}.` : "", busy: false, action: "Try again" };
  }
}

/** What each refusal of the licence server means to a viewer: a title, what to do about it, and whether trying again can help. */
const refusals: Readonly<Record<string, readonly [title: string, detail: string]>> = {
  "not-entitled": ["Your ticket does not open this broadcast", `It was not granted, or was withdrawn. ${askAgain}`],
  "entitlement-revoked": ["Your ticket was withdrawn", `The shop has taken it back. ${askAgain}`],
  "entitlement-refunded": ["Your ticket was refunded", "Its price was given back, so it no longer opens this broadcast."],
  "entitlement-suspended": ["Your ticket is on hold", "The shop has suspended it for now. Ask there, or try again later."],
  "entitlement-transferred": ["Your ticket was passed on", "It belongs to somebody else now."],
  "broadcast-taken-down": ["This broadcast was withdrawn", "It cannot be watched any more. Whoever sold the ticket can tell you why."],
  "not-started": ["The broadcast has not started yet", "Try again when it has."],
  "viewing-window-not-open": ["It is too early", "The time in which your ticket can be used has not begun."],
  "viewing-window-closed": ["Your ticket has expired", "The time in which it could be used is over."],
  "rental-expired": ["Your rental has expired", "It was not begun in time."],
  "playback-expired": ["Your rental has expired", "The time to watch, from when it was begun, is over."],
  "region-blocked": ["Not available where you are", "The broadcaster may not show this in your region. A VPN or proxy can make you seem to be elsewhere."],
  "too-many-playbacks": ["Your ticket is in use elsewhere", "As many screens as it allows are playing. Close one of them, then try again."],
  "playback-dropped": ["Playing on another screen", "Your ticket was opened elsewhere and allows no more screens. Try again to play here instead."],
  "too-many-devices": ["Too many devices", "Your ticket was used on as many devices as it allows. Use one of those."],
  "device-missing": ["This browser cannot be recognised", "Your ticket is for certain devices. Allow this site to store data, then try again."],
  "tier-not-included": ["This quality is not in your ticket", "It is for a lower one, in which this is not broadcast."],
  "live-not-included": ["Your ticket is for the recording", "Come back when the broadcast is over."],
  "dvr-not-included": ["Going back is not in your ticket", "Try again to play what is live."],
  "vod-not-included": ["Your ticket was for the live broadcast", "It is over, and the recording is not included."],
  "request-replayed": ["Something went wrong", "The server has seen this request before. Try again."],
  "key-not-of-broadcast": ["Your ticket does not open this broadcast", `It is for another broadcast. ${askAgain}`],
};

function refusal(code: string): Cover {
  const [title, detail] = refusals[code] ?? ["Your ticket does not open this broadcast", askAgain];
  return { title, detail, busy: false, action: "Try again" };
}

const meanings: Record<CheckName, string> = {
  "certificate-invalid": "The broadcaster’s certificate is not valid",
  "certificate-wrong-broadcast": "The certificate is for another broadcast",
  "identity-mismatch": "The broadcast is signed by another identity than the expected one",
  "record-malformed": "The signed record of a segment cannot be read",
  "record-signature": "The record of a segment is not signed by the certified key",
  "record-wrong-slot": "The record belongs to another segment",
  "certificate-expired": "A segment was sealed outside the certificate’s time",
  "record-leaves": "The hash list of a segment does not match its record",
  "segment-length": "A segment does not have the signed length",
  "segment-chunk": "The bytes of a segment were changed",
  "init-mismatch": "The track’s init segment is not the signed one",
  "chain-broken": "A segment does not follow the one before it",
};

/** One sentence with the check's name in it. */
export function describeFailure(failure: ReportedFailure): string {
  const where = failure.track ? ` (${failure.track}${failure.sequence >= 0 ? `, segment ${failure.sequence}` : ""})` : "";
  return `${meanings[failure.code]}${where}: ${failure.code}.`;
}

/** What it means that the publisher signed a segment twice. */
export function describeSignedTwice({ track, sequence }: SignedTwice): string {
  return `The publisher of this broadcast has signed two versions of one segment (${track}, segment ${sequence}): others may be shown something else than you. What you see carries the publisher’s signature all the same.`;
}

export function describeTrust(trust: TrustBasis | undefined): string {
  switch (trust) {
    case "pinned":
      return "The identity named in your link";
    case "remembered":
      return "The same identity this browser saw before for this broadcast";
    case "first-use":
      return "Trusted on first use: your link names no identity to compare with";
    case undefined:
      return "";
  }
}
