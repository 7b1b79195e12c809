import type { LocalChain } from "./chain.js";
import type { LiveBroadcast } from "./liveServer.js";
import { until } from "./until.js";

interface Prepared {
  to: string;
  data: string;
  value: string;
}

/** Gives a broadcast its token, in its broadcaster's account 1. */
export async function giveToken(chain: LocalChain, broadcast: LiveBroadcast): Promise<void> {
  const { message } = await broadcast.asked<{ message: string }>("POST", "wallets/requests", { wallet: chain.account(1), purpose: "owning" });
  const signature = await chain.ask("personal_sign", `0x${Buffer.from(message).toString("hex")}`, chain.account(1));
  await broadcast.asked("PUT", "owner-wallet", { message, signature });
  await broadcast.asked("POST", "token", { wallet: chain.account(1) });
  await until("the token", 30, () => broadcast.asked("GET", "token").catch(() => undefined));
}

/** Passes a broadcast's token on, by the contract alone: ERC-721's transferFrom. */
export async function passTokenOn(chain: LocalChain, broadcast: LiveBroadcast, from: number, to: number): Promise<void> {
  await chain.send(from, { to: chain.contracts.ownership, data: transferFrom(chain.account(from), chain.account(to), broadcast.id) });
}

function transferFrom(from: string, to: string, token: string): string {
  return `0x23b872dd${[from, to, token].map((word) => word.replace("0x", "").toLowerCase().padStart(64, "0")).join("")}`;
}

/** Tickets of a broadcast, on sale on a chain by its broadcaster, who has account 1. */
export class TicketSale {
  private constructor(
    private readonly chain: LocalChain,
    private readonly broadcast: LiveBroadcast,
    readonly number: string,
  ) {}

  /**
   * Gives the broadcast its token, and puts tickets on sale.
   * @param other Terms that are to be others than: to be passed on until the start, which is in five minutes, for a fee.
   */
  static async open(chain: LocalChain, broadcast: LiveBroadcast, price: bigint, supply: number, other: Record<string, unknown> = {}): Promise<TicketSale> {
    await giveToken(chain, broadcast);
    return this.another(chain, broadcast, price, supply, other);
  }

  /** Puts more tickets on sale, on terms of their own. */
  static async another(chain: LocalChain, broadcast: LiveBroadcast, price: bigint, supply: number, other: Record<string, unknown> = {}): Promise<TicketSale> {
    const at = (minutes: number): string => new Date(Date.now() + 60_000 * minutes).toISOString();
    const terms = { price: String(price), supply, starts: at(5), ends: at(120), transfers: "until-start", transferFee: 250, ...other };
    const known = new Set((await sales(broadcast)).map(({ sale }) => String(sale)));
    await chain.send(1, await broadcast.asked<Prepared>("POST", "sales", terms));
    const number = await until("the sale", 30, async () => (await sales(broadcast)).find(({ sale }) => !known.has(String(sale)))?.sale);
    return new TicketSale(chain, broadcast, String(number));
  }

  /** How it stands. */
  async state(): Promise<{ state: string; sold: number }> {
    const sale = (await sales(this.broadcast)).find(({ sale: number }) => String(number) === this.number);
    if (!sale) throw new Error("there is no such sale");
    return sale;
  }

  /** A free ticket for an account, by the broadcaster's signature. */
  async voucher(buyer: number, nonce: number): Promise<Record<string, unknown>> {
    const deadline = Math.floor(Date.now() / 1000) + 3600;
    const field = (name: string, type: string) => ({ name, type });
    const signature = await this.chain.ask("eth_signTypedData_v4", this.chain.account(1), {
      domain: { name: "LiveLedger Tickets", version: "1", chainId: 31337, verifyingContract: this.chain.contracts.tickets },
      primaryType: "Voucher",
      types: {
        EIP712Domain: [field("name", "string"), field("version", "string"), field("chainId", "uint256"), field("verifyingContract", "address")],
        Voucher: [field("sale", "uint256"), field("buyer", "address"), field("currency", "address"), field("price", "uint128"), field("nonce", "uint256"), field("deadline", "uint64")],
      },
      message: { sale: this.number, buyer: this.chain.account(buyer), currency: `0x${"0".repeat(40)}`, price: "0", nonce: String(nonce), deadline: String(deadline) },
    });
    return { sale: this.number, buyer: this.chain.account(buyer), nonce: String(nonce), deadline, signature };
  }

  /** The tickets of an account, as the platform sees them. */
  async ticketsOf(account: number): Promise<readonly { ticket: number | string; sale: number | string; face: string; paid: string }[]> {
    const { items } = await this.broadcast.asked<{ items: { ticket: number | string; sale: number | string; face: string; paid: string }[] }>("GET", `tickets?wallet=${this.chain.account(account)}`);
    return items.filter(({ sale }) => String(sale) === this.number);
  }

  /** One account's ticket becomes another's, by the contract alone: ERC-721's transferFrom. */
  async passOn(from: number, to: number): Promise<void> {
    const [held] = await this.ticketsOf(from);
    if (!held) throw new Error("there is no ticket to pass on");
    await this.chain.send(from, { to: this.chain.contracts.tickets, data: transferFrom(this.chain.account(from), this.chain.account(to), BigInt(held.ticket).toString(16)) });
  }

  /** The broadcaster calls it off. */
  async cancel(): Promise<void> {
    await this.chain.send(1, await this.broadcast.asked<Prepared>("POST", `sales/${this.number}/cancellation`));
    await until("the cancellation is seen", 30, async () => (await this.state()).state === "refunding");
  }
}

async function sales(broadcast: LiveBroadcast): Promise<{ sale: number | string; state: string; sold: number }[]> {
  return (await broadcast.asked<{ items: { sale: number | string; state: string; sold: number }[] }>("GET", "sales")).items;
}
