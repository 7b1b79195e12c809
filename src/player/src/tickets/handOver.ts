import type { ChainStatus, Prepared } from "./chainAnswers.js";
import { type Address, type Hex, isSame, readAddress, readHash } from "./chainValues.js";
import type { PreparedFault } from "./preparedCheck.js";

/** Who has a broadcast's token, and what it says: docs/formats/contracts.md. */
export interface OwnershipToken {
  readonly owner: Address;
  /** Who controls the broadcast by it: the owner, once that has accepted. */
  readonly controller: Address;
  /** The identity key that was named last. */
  readonly identity: Hex;
}

/** `acceptHandOver(uint256,bytes32)` of BroadcastOwnership. */
const acceptHandOver = "0x84212a32";

export function readOwnershipToken(answer: unknown): OwnershipToken | undefined {
  const { owner, controller, identity } = (typeof answer === "object" && answer !== null ? answer : {}) as Record<string, unknown>;
  const read = { owner: readAddress(owner), controller: readAddress(controller), identity: readHash(identity) };
  return read.owner && read.controller && read.identity ? { owner: read.owner, controller: read.controller, identity: read.identity } : undefined;
}

/** The calldata by which its new owner takes a broadcast over and names its key; the token has the broadcast's number. */
export function acceptData(broadcast: string, identity: Hex): Hex {
  return `${acceptHandOver}${broadcast.padStart(64, "0")}${identity.slice(2).toLowerCase()}`;
}

/** Holds a prepared hand-over against what the page shows, to the last byte: it names the key that rules the broadcast from then on. */
export function handOverFaultOf(prepared: Prepared, chain: ChainStatus, broadcast: string, identity: Hex): PreparedFault | undefined {
  if (prepared.chainId !== chain.chainId) return "other-chain";
  if (!isSame(prepared.to, chain.ownership)) return "other-contract";
  return prepared.value === 0n && isSame(prepared.data, acceptData(broadcast, identity)) ? undefined : "other-call";
}
