/** The checks of the audit page in their order: of the log, then of one entry, then of the answer to a search. */
export const checkNames = ["key", "signature", "witnesses", "history", "entry", "path", "payload", "search"] as const;

export type CheckName = (typeof checkNames)[number];

/** What a check can find wrong. Words for people are in auditPage/wording.ts. */
export type FailureCode =
  | "key-unreadable" | "key-changed" | "key-not-in-policy"
  | "note-malformed" | "not-signed" | "bad-signature" | "checkpoint-malformed" | "wrong-origin"
  | "cosignature-wrong" | "quorum-not-reached"
  | "older-than-seen" | "forked" | "not-an-extension"
  | "bundle-malformed" | "entry-altered" | "tree-altered"
  | "payload-altered"
  | "not-searched-for" | "version-left-out";

/** What was checked turned out false: not a mishap, but something that must not be. */
export class VerifiedFalse extends Error {
  constructor(
    readonly check: CheckName,
    readonly code: FailureCode,
    /** Who or what, where the code alone does not say it. */
    readonly about = "",
  ) {
    super(code);
  }
}

/** Nothing can be said: no answer came, or none that could be read. */
export class CouldNotTell extends Error {}
