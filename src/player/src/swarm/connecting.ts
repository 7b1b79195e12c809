import type { Channel as ChannelBinding } from "../peering/proofs.js";
import type { Bytes } from "../verify/bytes.js";
import type { Channel } from "./linkSession.js";

/** Why there is no channel to a neighbour: it never answered, no path between the two was found, there is a path and nothing comes over it, … */
export type LinkFailure = "no-answer" | "no-path" | "path-lost" | "no-channel" | "no-fingerprint" | "bad-signal" | "unreachable";

export interface ConnectingParts {
  /** The channel is open, and what it is bound to known. What comes over it is given to what this returns. */
  readonly opened: (channel: Channel, binding: ChannelBinding) => { received(message: Bytes): void; closed(): void };
  /** There will be no channel. */
  readonly failed: (why: LinkFailure) => void;
}

/** A channel to a neighbour in the making, and then the channel itself. */
export interface Connecting {
  close(): void;
  roundTrip(): Promise<number | undefined>;
}
