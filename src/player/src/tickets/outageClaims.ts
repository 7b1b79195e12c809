import { Problem } from "../studio/studioApi.js";
import type { HeldTicket, Outage, Prepared, Sale } from "./chainAnswers.js";
import { takesClaims } from "./saleStanding.js";
import type { TicketDesk } from "./ticketDesk.js";

/** Between looks that nobody has pressed a button for: each has the server put proofs together. */
const everyMs = 300_000;
/** Of somebody's many tickets the first are looked at; the others have their buttons. */
const mostLooked = 8;

/** What outages would pay, and the transaction that has it paid. */
export interface FoundOutages {
  readonly transaction: Prepared;
  readonly outages: readonly Outage[];
}

/** What outages would pay for a wallet's tickets, where that was looked for. */
export class OutageClaims {
  readonly #found = new Map<bigint, FoundOutages>();
  #lookedAt = 0;

  constructor(private readonly desk: TicketDesk) {}

  /** Tickets that have something to claim. */
  get size(): number {
    return this.#found.size;
  }

  get(ticket: bigint): FoundOutages | undefined {
    return this.#found.get(ticket);
  }

  /** The ticket's were paid. */
  forget(ticket: bigint): void {
    this.#found.delete(ticket);
  }

  /** For another wallet. */
  clear(): void {
    this.#found.clear();
    this.#lookedAt = 0;
  }

  /** Asks for a ticket's. */
  async find(ticket: bigint): Promise<void> {
    this.#found.set(ticket, await this.desk.claim(ticket).catch((error: unknown) => {
      if (error instanceof Problem && error.code === "nothing-to-claim") this.#found.delete(ticket);
      throw error;
    }));
  }

  /** So that whoever comes back after an outage is shown what it pays. A platform that does not answer is asked the next time. True if anything was asked. */
  async look(tickets: readonly HeldTicket[], saleOf: (ticket: HeldTicket) => Sale | undefined, isStill: (ticket: HeldTicket) => boolean): Promise<boolean> {
    const now = Date.now();
    const due = tickets.filter((ticket) => {
      const sale = saleOf(ticket);
      return sale !== undefined && takesClaims(sale, now) && !this.#found.has(ticket.number);
    });
    if (due.length === 0 || now - this.#lookedAt < everyMs) return false;
    this.#lookedAt = now;
    for (const ticket of due.slice(0, mostLooked)) {
      const found = await this.desk.claim(ticket.number).catch(() => undefined);
      // Not where it was claimed meanwhile, or the wallet is another.
      if (found && isStill(ticket)) this.#found.set(ticket.number, found);
    }
    return true;
  }
}
