import type { FailureCode, VerifiedFalse } from "../auditing/failure.js";
import type { Refused } from "../auditing/ledgerQuestions.js";

/** What a failure means, and what to do about it. */
interface Meaning {
  /** The verdict. */
  readonly title: string;
  readonly detail: string;
}

const tellOthers = "Keep this page open, or save the checkpoint below: it is evidence. Ask others what they are shown.";

const meanings: Record<FailureCode, Meaning> = {
  "key-unreadable": { title: "The log names no readable key", detail: "What stands at its key address is no Ed25519 verifier key." },
  "key-changed": {
    title: "The log’s key has changed",
    detail: "A log keeps its name and its key for life. Somebody else may be answering in its name, or the log was replaced. Nothing here is believed until that is explained; ask its operator by another channel.",
  },
  "key-not-in-policy": { title: "This is not a log of your policy", detail: "Your policy lists the logs that you trust, and this key is none of theirs." },
  "note-malformed": { title: "The checkpoint cannot be read", detail: "What the log serves as its checkpoint is no signed note." },
  "not-signed": { title: "The checkpoint is not signed by the log’s key", detail: "It may be another log’s, or a forgery." },
  "bad-signature": { title: "The checkpoint’s signature is wrong", detail: "The text was changed after it was signed, or the signature was." },
  "checkpoint-malformed": { title: "The log signed something that is no checkpoint", detail: "The signature is good, and what it signs is not origin, size and root." },
  "wrong-origin": { title: "The checkpoint is of another log", detail: "The key is right, and the log named in the text is another." },
  "cosignature-wrong": { title: "A witness’s signature is wrong", detail: "A line claims to be by a witness of your policy, and is not. A note with such a line is refused whole." },
  "quorum-not-reached": { title: "Too few witnesses have seen this tree", detail: "The quorum of your policy has not cosigned it. The log may be showing you a tree that it shows to nobody else." },
  "older-than-seen": { title: "The log has been rolled back", detail: `It serves an older tree than the one this browser has seen. Entries that were there are gone. ${tellOthers}` },
  forked: { title: "The log was rewritten", detail: `It signed another tree of the very size that this browser has seen. ${tellOthers}` },
  "not-an-extension": { title: "The log was rewritten", detail: `The tree signed now does not begin with the one that this browser has seen: entries were changed or removed. ${tellOthers}` },
  "bundle-malformed": { title: "The entry cannot be read", detail: "What the log serves is no bundle of entries." },
  "entry-altered": { title: "This is not the entry that was signed", detail: "Its bytes do not hash to the leaf that the signed tree has at this place." },
  "tree-altered": { title: "The log’s hashes do not lead to its signed root", detail: "A hash on the way was changed, or is missing. Nothing can be said for the entry." },
  "payload-altered": { title: "The payload is not the one that was logged", detail: "Salt and payload do not hash to the digest in the entry." },
  "not-searched-for": { title: "The server answered with something else", detail: "What is marked is in the signed log, and is not what was searched for: it may stand in the place of something else." },
  "version-left-out": { title: "The server left entries out", detail: "The versions of a stream count from 0 without a gap, and here there is one." },
};

export function meaningOf({ code, about }: VerifiedFalse): Meaning {
  const { title, detail } = meanings[code];
  return { title, detail: about === "" ? detail : `${detail} (${about})` };
}

/** A refusal as a sentence with a way out. */
export function refusalText({ status, code, detail }: Refused): string {
  switch (code) {
    case "token-expired":
      return "Your token has run out. Ask for a new one, and paste it.";
    case "token-invalid":
    case "token-missing":
      return "The server does not take this token. Paste another.";
    case "role-missing":
      return "This token’s role may not ask the ledger: it takes an auditor’s, an operator’s or a broadcaster’s.";
    case "broadcast-unknown":
    case "stream-unknown":
      return "There is no such broadcast or stream, or it is not yours to see.";
    case "query-invalid":
      return `The search cannot be read: ${detail}.`;
    case "index-not-ready":
    case "ledger-unavailable":
      return "The ledger cannot answer questions just now. Its public log can still be read; try the search again in a minute.";
    case "ledger-halted":
      return "The log is halted and waits for its operator. What is published can still be read.";
    default:
      return `The server refused with status ${status}${detail ? `: ${detail}` : ""}.`;
  }
}
