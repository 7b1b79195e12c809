import type { ReportedFailure } from "./verificationLog.js";

/** Why a page stopped, and what the viewer can do is told from it. */
export type StopReason =
  | "no-token"
  | "token-expired"
  | "refused"
  /** The ticket was sold on condition of sharing, and the viewer has not agreed. */
  | "sharing-required"
  | "verification-failed"
  | "identity-unreadable"
  | "insecure-context"
  | "unsupported"
  | "no-such-broadcast"
  | "playback-failed";

/** What the whole page is doing. */
export type WatchState =
  | { readonly kind: "loading" }
  /** The broadcast exists, or may yet; nothing to play so far. */
  | { readonly kind: "waiting" }
  /** The licence server cannot take new viewers just now; it is asked again. */
  | { readonly kind: "busy" }
  /** The network or the server went away; it is tried again. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "live" }
  /** The broadcast is over and plays from its start. */
  | { readonly kind: "recording" }
  | { readonly kind: "stopped"; readonly reason: StopReason; readonly detail?: string; readonly failure?: ReportedFailure };
