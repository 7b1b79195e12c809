import { Problem, Unreachable } from "../studio/studioApi.js";

/** What a refusal means to a broadcaster, and the way out of it. Codes that are not here are told in the server's own words. */
const words: Readonly<Record<string, string>> = {
  "token-missing": "The server saw no token. Sign in again.",
  "token-invalid": "The server does not take this token: it was made by another server, or is not whole. Paste it again, or ask for a new one.",
  "token-expired": "This token has run out. Ask whoever runs the server for a new one.",
  "role-missing": "This token may not do that: it takes the token of the broadcaster whose broadcast it is.",
  "broadcast-unknown": "There is no such broadcast, or it is another account’s. Look at the address, or sign in with the account that made it.",
  "token-unknown": "This broadcast has no token on the chain, or the token’s block is not deep enough yet. Look at the address, or wait a moment.",
  "signer-missing": "The broadcast has no certificate yet. Certify it first, then start it.",
  "signer-already-set": "The broadcast is certified already, and stays bound to that identity. For another, create a new broadcast.",
  "signer-expired": "The certificate has run out, and a broadcast takes only one. Create a new broadcast.",
  "certificate-invalid": "The certificate is not whole, or not signed by the identity that it names. Make it anew.",
  "certificate-expired": "The certificate does not hold now. Look at this machine’s clock, and make it anew.",
  "certificate-wrong-key": "The certificate is for another broadcast’s key. Make one for this broadcast.",
  "broadcast-ended": "The broadcast has ended, and cannot start again. Create another.",
  "broadcast-not-live": "The broadcast is not live. Start it first.",
  "broadcast-changed": "The broadcast was changed meanwhile, perhaps in another window. Look at it, and try again.",
  "peers-fixed": "The broadcast was started: what its viewers may learn of one another is settled. For another choice, create a new broadcast.",
  "broadcast-taken-down": "The broadcast was taken down. Restore it first.",
  "broadcast-elsewhere": "Another server of this platform runs the broadcast. Open the Studio there for this.",
  "segments-not-logged": "The last segments are not in the ledger yet, so nothing was ended. Try again in a few seconds.",
  "ban-invalid": "A ban has a reason of 1 to 500 characters.",
  "pardon-invalid": "A pardon has a reason of 1 to 500 characters.",
  "conviction-unknown": "This peer was pardoned meanwhile.",
  "ban-unknown": "This peer is not banned any more.",
  "offer-unknown": "There is no such offer any more. Choose another.",
  "offer-withdrawn": "This offer was withdrawn. Choose another, or make a new one.",
  "offer-not-on-sale": "This offer is not on sale now: look at its sale window.",
  "entitlement-unknown": "There is no such entitlement any more.",
  "entitlement-ended": "This entitlement has ended for good. Grant a new one.",
  "webhook-url-invalid": "The address has to begin with https://, without a user name and without a part after #.",
  "webhooks-full": "A broadcast has at most 10 webhooks. Remove one first.",
  "webhook-unknown": "There is no such webhook any more.",
  "delivery-unknown": "There is no such delivery any more. What is done is kept for 30 days.",
  "ledger-unavailable": "The server’s database is away, so nothing can be changed. Viewers who watch go on. Try again in a moment.",
  "ledger-halted": "The server’s log waits for its operator, so nothing can be changed until then.",
  "internal-error": "The server failed at this. Its operator finds why in its log; trying again may help.",
};

/** Why a publisher was turned away, and what to change in it. */
const ingestWords: Readonly<Record<string, string>> = {
  "ingest-key-missing": "The publisher sent no key. Copy the command, or the settings, from below.",
  "ingest-key-wrong": "The publisher sent another key. Make a new one below, and give it that.",
  "broadcast-not-live": "The publisher sent before the start, or after the end.",
  "track-held": "Another publisher is on the same track. Stop one of the two.",
  "segment-before-init": "The publisher began in the middle. Start it again.",
  "segment-not-independent": "A segment does not begin with a key frame. Set the keyframe interval to the segment’s length.",
  "segment-duration": "A segment is too long. Set it to 2 seconds.",
  "segment-out-of-order": "The publisher went back in time. Start it again.",
  "codec-unsupported": "Only H.264 video and AAC audio are taken.",
  "media-type-unsupported": "Only CMAF is taken: use the settings from below.",
  "signer-expired": "The certificate has run out: no player would believe what comes now. Create a new broadcast.",
  "disk-full": "The server’s disk is full. Its operator has to make room.",
};

/** A failure as a sentence for the person who caused it. */
export function inWords(error: unknown): string {
  if (error instanceof Unreachable) return "The server does not answer. Nothing was changed, as far as this page knows. Look at the connection, and try again.";
  if (!(error instanceof Problem)) throw error;
  return words[error.code] ?? (error.detail || `The server answered ${error.status}.`);
}

export function ingestInWords(code: string): string {
  return ingestWords[code] ?? "";
}
