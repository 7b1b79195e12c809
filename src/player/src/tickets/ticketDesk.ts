import { readBounded } from "../network/fetchBounded.js";
import { Problem, Unreachable } from "../studio/studioApi.js";
import { fromUtf8 } from "../verify/log/utf8.js";
import {
  type ChainStatus, type HeldTicket, type Outage, type Prepared, type Purchase, readChainStatus, readClaim, readPrepared, readPurchase, readSales, readSignInMessage, readTickets, readToken, type Sales,
} from "./chainAnswers.js";
import type { Address, Hex } from "./chainValues.js";
import { toRequest, type Voucher } from "./voucher.js";

/** The longest answer is a claim with its proofs. */
const maxAnswer = 1024 * 1024;
const withinMs = 20_000;

/** The platform answers what cannot be read. */
export class AnswerMalformed extends Error {}

/** What the platform does for buyers of a broadcast's tickets. It takes no part in the payment: a wallet pays the contract. */
export class TicketDesk {
  constructor(private readonly broadcast: string) {}

  /** Undefined where the server has no chain, or the broadcast no sale. */
  async open(): Promise<{ chain: ChainStatus; sales: Sales } | undefined> {
    const sales = readSales(await this.#ask("GET", this.#of("sales")).catch(unlessNotThere));
    if (!sales || sales.items.length === 0) return undefined;
    return { chain: await this.chain(), sales };
  }

  async chain(): Promise<ChainStatus> {
    return read(readChainStatus(await this.#ask("GET", "/v1/chain")));
  }

  async sales(): Promise<Sales> {
    return read(readSales(await this.#ask("GET", this.#of("sales"))));
  }

  async tickets(wallet: Address): Promise<readonly HeldTicket[]> {
    return readTickets(await this.#ask("GET", `${this.#of("tickets")}?wallet=${wallet}`));
  }

  async purchase(sale: bigint): Promise<Purchase> {
    return read(readPurchase(await this.#ask("POST", this.#of(`sales/${sale}/purchase`))));
  }

  async refund(ticket: bigint): Promise<Prepared> {
    return read(readPrepared(await this.#ask("POST", this.#of(`tickets/${ticket}/refund`))));
  }

  async claim(ticket: bigint): Promise<{ readonly transaction: Prepared; readonly outages: readonly Outage[] }> {
    return read(readClaim(await this.#ask("POST", this.#of(`tickets/${ticket}/claim`))));
  }

  /** Has the platform redeem a voucher; the same one again is the same order. */
  async redeem(voucher: Voucher): Promise<void> {
    await this.#ask("POST", this.#of("redemptions"), toRequest(voucher));
  }

  /** What a wallet has to sign to watch by its tickets. */
  async requestSignIn(wallet: Address): Promise<string> {
    return read(readSignInMessage(await this.#ask("POST", this.#of("wallets/requests"), { wallet, purpose: "watching" })));
  }

  /** A viewer token. */
  async signIn(message: string, signature: Hex): Promise<string> {
    return read(readToken(await this.#ask("POST", this.#of("wallets/sign-ins"), { message, signature })));
  }

  /** Whether who has this token has some right to watch; not whether it holds now. */
  async isEntitled(token: string): Promise<boolean> {
    return (await this.#ask("GET", "/v1/ticket", undefined, token).catch(unlessNotThere)) !== undefined;
  }

  #of(path: string): string {
    return `/v1/broadcasts/${this.broadcast}/${path}`;
  }

  async #ask(method: string, path: string, body?: unknown, token?: string): Promise<unknown> {
    const headers = { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    let [response, text]: [Response | undefined, string] = [undefined, ""];
    try {
      response = await fetch(path, { method, headers, ...sent, credentials: "omit", redirect: "error", cache: "no-store", signal: AbortSignal.timeout(withinMs) });
      text = fromUtf8(await readBounded(response, maxAnswer)) ?? "";
    } catch {
      throw new Unreachable();
    }
    const answer = parsed(text);
    if (response.ok) return answer;
    const { code, detail } = (typeof answer === "object" && answer !== null ? answer : {}) as { code?: unknown; detail?: unknown };
    throw new Problem(response.status, typeof code === "string" ? code.slice(0, 64) : "", typeof detail === "string" ? detail.slice(0, 300) : "");
  }
}

function unlessNotThere(error: unknown): undefined {
  if (error instanceof Problem && error.status === 404) return undefined;
  throw error;
}

function read<T>(value: T | undefined): T {
  if (value === undefined) throw new AnswerMalformed();
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
