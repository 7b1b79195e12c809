import { createHash } from "node:crypto";
import type { Account, Address, Hex, TransactionReceipt } from "viem";
import { Chain, genesis, type Contract } from "./chain.js";
import { entryOf, hex, Log } from "./log.js";

export const broadcast = "0199a0b1c2d3e4f5061728394a5b6c7d";
export const token = BigInt(`0x${broadcast}`);
export const origin = hex(createHash("sha256").update("liveledger.example/main").digest());
export const zero: Address = "0x0000000000000000000000000000000000000000";
export const price = 10n ** 18n;
export const starts = genesis + 86_400n;
export const ends = starts + 10_000n;
export const claimDeadline = ends + 7n * 86_400n;

/** Contracts from published/, a registered broadcast, its log, and those around it. */
export class Stage {
  readonly log = new Log();

  private constructor(
    readonly chain: Chain,
    readonly people: Record<"platform" | "broadcaster" | "alice" | "bob" | "relayer" | "first" | "second", ReturnType<Chain["account"]>>,
    readonly anchor: Contract,
    readonly ownership: Contract,
    readonly tickets: Contract,
    readonly receipts: Record<string, TransactionReceipt>,
  ) {}

  static async set(): Promise<Stage> {
    const chain = await Chain.start();
    const people = {
      platform: chain.account(0), broadcaster: chain.account(1), alice: chain.account(2), bob: chain.account(3), relayer: chain.account(4), first: chain.account(5),
      second: chain.account(6),
    };
    const anchor = await chain.deployPublished(people.platform, "CheckpointAnchor");
    const ownership = await chain.deployPublished(people.platform, "BroadcastOwnership", [people.platform.address]);
    const tickets = await chain.deployPublished(people.platform, "Tickets", [ownership.contract.address, anchor.contract.address]);
    const register = await chain.send(people.platform, ownership.contract, "register", [
      `0x${broadcast}`, `0x${"a1".repeat(32)}`, people.broadcaster.address, people.broadcaster.address, 500n,
    ]);
    return new Stage(chain, people, anchor.contract, ownership.contract, tickets.contract, {
      anchor: anchor.receipt, ownership: ownership.receipt, tickets: tickets.receipt, register,
    });
  }

  terms(changes: Record<string, unknown> = {}) {
    return {
      broadcast: `0x${broadcast}`, origin, submitter: this.people.platform.address, currency: zero, price, supply: 100, saleOpens: genesis, saleCloses: ends, starts,
      startDeadline: starts + 1_800n, ends, claimDeadline, transfers: 2, transferFee: 0, voucherOnly: false, ...changes,
    };
  }

  get payees() {
    return [{ to: this.people.first.address, share: 7_000 }, { to: this.people.second.address, share: 3_000 }];
  }

  /** Anchors what the log holds now. */
  submit(): Promise<TransactionReceipt> {
    return this.chain.send(this.people.platform, this.anchor, "submit", [origin, this.log.size, this.log.root()]);
  }

  appendStart(seconds = starts): number {
    return this.log.append(entryOf(`broadcast/${broadcast}`, "broadcast-started", seconds));
  }

  appendSession(ticket: bigint, seconds: bigint): number {
    return this.log.append(entryOf(`ticket/31337-${this.tickets.address.slice(2).toLowerCase()}-${ticket}`, "ticket-session-opened", seconds));
  }

  /** An outage between two seconds; what `claimOutages` takes of it, once it is anchored. */
  appendOutage(from: bigint, until: bigint) {
    const milliseconds = (seconds: bigint) => (seconds * 1_000n).toString(16).padStart(16, "0");
    const payload = Buffer.from(`{"broadcast":"${broadcast}","from":"${milliseconds(from)}","until":"${milliseconds(until)}"}`);
    const salt = Buffer.alloc(16, 9);
    const index = this.log.append(entryOf(`outage/${broadcast}`, "outage-logged", until, payload, salt));
    return () => ({ inclusion: this.log.inclusion(index), salt: hex(salt), payload: hex(payload) });
  }

  /** EIP-712 by viem, from the words of the format alone. */
  async voucher(sale: bigint, buyer: Account, nonce: bigint, at = price): Promise<[Record<string, unknown>, Hex]> {
    const message = { sale, buyer: buyer.address, currency: zero, price: at, nonce, deadline: ends };
    const signature = await this.people.broadcaster.signTypedData({
      domain: { name: "LiveLedger Tickets", version: "1", chainId: 31337, verifyingContract: this.tickets.address },
      types: {
        Voucher: [
          { name: "sale", type: "uint256" }, { name: "buyer", type: "address" }, { name: "currency", type: "address" }, { name: "price", type: "uint128" },
          { name: "nonce", type: "uint256" }, { name: "deadline", type: "uint64" },
        ],
      },
      primaryType: "Voucher",
      message,
    });
    return [message, signature];
  }
}
