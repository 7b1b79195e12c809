import { pause } from "../playback/signer.js";
import type { ChainStatus, HeldTicket, Prepared, Sale, Sales } from "./chainAnswers.js";
import { type Address, type Hash, isSame, nativeCoin } from "./chainValues.js";
import { describeAmount, type TokenFacts } from "./coins.js";
import { readTokenFacts } from "./erc20.js";
import { OutageClaims } from "./outageClaims.js";
import { faultOf, isOf, valueOf } from "./preparedCheck.js";
import { followCourse, type Progress } from "./purchaseCourse.js";
import { type Doing, type News, ShopTrouble, type Trouble, type Undertaking } from "./shopState.js";
import { ShopTurn } from "./shopTurn.js";
import type { TicketDesk } from "./ticketDesk.js";
import { afterPermission, allowedTo, allowPrice, expectFunds } from "./tokenPayment.js";
import { readVoucher, type Voucher } from "./voucher.js";
import { Wallet } from "./wallet.js";
import type { FoundWallet } from "./walletDiscovery.js";

const lookEveryMs = 6_000;
const waitMs = 1_500;
/** For a right that follows from a ticket which the platform has seen: moments. */
const entitledWithinLooks = 20;
/** Sales in more tokens than these are shown by their addresses. */
const mostTokens = 8;

/** What the shop has the page do. */
export interface Entrance {
  /** Plays with this token from now on. */
  enter(token: string): void;
  changed(): void;
}

/** Sells tickets of one broadcast to the wallet in this browser, one thing at a time. Views read its fields and are called when one changes. */
export class TicketShop {
  wallet: Wallet | undefined;
  /** What the wallet holds, as the platform sees it. */
  tickets: readonly HeldTicket[] = [];
  /** What the tokens of prices say of themselves, by the wallet's node. */
  readonly tokens = new Map<string, TokenFacts>();
  readonly claims: OutageClaims;

  readonly #turn = new ShopTurn(() => this.entrance.changed());
  #token: string | undefined;

  constructor(
    private readonly desk: TicketDesk,
    private readonly entrance: Entrance,
    public chain: ChainStatus,
    public sales: Sales,
  ) {
    this.claims = new OutageClaims(desk);
    if (!isOf(sales, chain)) this.#turn.trouble = { kind: "prepared", fault: "other-contract" };
    void this.#keepLooking();
  }

  get isBusy(): boolean {
    return this.#turn.isBusy;
  }

  get doing(): Doing {
    return this.#turn.doing;
  }

  get trouble(): Trouble | undefined {
    return this.#turn.trouble;
  }

  /** What the last thing that was done came to. */
  get news(): News | undefined {
    return this.#turn.news;
  }

  get isSignedIn(): boolean {
    return this.#token !== undefined;
  }

  saleOf(ticket: HeldTicket): Sale | undefined {
    return this.sales.items.find(({ number }) => number === ticket.sale);
  }

  /** An amount of a sale's currency, as people read it. */
  amount(units: bigint, currency: Address): string {
    return describeAmount(units, currency, this.chain.chainId, this.tokens);
  }

  connect(found: FoundWallet): void {
    this.#turn.take(() => this.connect(found), async (signal) => {
      this.#turn.become({ kind: "connecting" });
      const wallet = await Wallet.connect(found);
      const [tickets] = await Promise.all([this.desk.tickets(wallet.account), this.#learnTokens(wallet)]);
      signal.throwIfAborted();
      [this.wallet, this.tickets] = [wallet, tickets];
      // Of a wallet that was left, nothing is heard any more.
      wallet.onOtherAccount(() => this.wallet === wallet && this.leave());
      this.claims.clear();
      void this.#lookForOutages(wallet);
    });
  }

  /** Forgets the wallet. What plays plays on. */
  leave(): void {
    this.stop();
    [this.wallet, this.tickets, this.#token, this.#turn.trouble, this.#turn.news] = [undefined, [], undefined, undefined, undefined];
    this.claims.clear();
    this.entrance.changed();
  }

  /** Stops waiting. What was sent stays sent. */
  stop(): void {
    this.#turn.stop();
  }

  /** Signs in, and plays with the ticket that the wallet holds. */
  watch(): void {
    this.#turn.take(() => this.watch(), async (signal) => this.#enter(await this.#signedIn(signal), signal));
  }

  buy(sale: Sale): void {
    this.#turn.take(() => this.buy(sale), async (signal) => {
      const { wallet } = this;
      if (!wallet) throw new ShopTrouble({ kind: "no-wallet" });
      await this.#onChain(wallet);
      const value = valueOf(sale);
      const inToken = !isSame(sale.currency, nativeCoin) && sale.price > 0n;
      if (inToken) await this.#learnTokens(wallet);
      const balance = await wallet.balance();
      if (balance < value) throw new ShopTrouble({ kind: "too-poor", has: balance, needs: value, currency: nativeCoin });
      if (inToken) await expectFunds({ wallet, chain: this.chain, sale });
      // Before the purchase: a wallet that cannot sign in could not watch by what it buys.
      const token = await this.#signedIn(signal);
      const before = new Set((await this.desk.tickets(wallet.account)).map(({ number }) => number));
      const { transaction, approval } = await this.desk.purchase(sale.number);
      const fault = faultOf(transaction, this.chain, value);
      // Looked at before anything is allowed.
      if (fault) throw new ShopTrouble({ kind: "prepared", fault });
      const wasAsked = inToken && await this.#allowed(signal, wallet, sale, approval);
      const hash = await this.#send(signal, wallet, "purchase", transaction, value, wasAsked ? 2 : undefined).catch((error: unknown) => {
        throw wasAsked ? afterPermission(error, sale) : error;
      });
      await this.#follow(wallet, "purchase", hash, signal, () => this.tickets.some((ticket) => ticket.sale === sale.number && !before.has(ticket.number)));
      if (inToken) await this.#tellAllowed(wallet, sale);
      await this.#enter(token, signal);
    });
  }

  redeem(text: string): void {
    this.#turn.take(() => this.redeem(text), async (signal) => {
      const voucher = readVoucher(text);
      if (!voucher) throw new ShopTrouble({ kind: "voucher-unreadable" });
      const { wallet } = this;
      if (!wallet || !isSame(wallet.account, voucher.buyer)) throw new ShopTrouble({ kind: "other-wallet", needed: voucher.buyer });
      const token = await this.#signedIn(signal);
      await this.#redeemed(wallet, voucher, signal);
      await this.#enter(token, signal);
    });
  }

  /** Gives a ticket back while its sale is refunding. */
  giveBack(ticket: HeldTicket): void {
    this.#turn.take(() => this.giveBack(ticket), async (signal) => {
      const wallet = await this.#ready();
      const hash = await this.#send(signal, wallet, "refund", await this.desk.refund(ticket.number), 0n);
      await this.#follow(wallet, "refund", hash, signal, () => !this.tickets.some(({ number }) => number === ticket.number));
      this.#turn.news = { kind: "given-back", ticket: ticket.number, paid: ticket.face - ticket.paid, currency: this.saleOf(ticket)?.currency ?? nativeCoin };
    });
  }

  /** Asks for what outages would pay. */
  findOutages(ticket: HeldTicket): void {
    this.#turn.take(() => this.findOutages(ticket), async () => {
      this.#turn.become({ kind: "looking" });
      await this.claims.find(ticket.number);
    });
  }

  /** Has the contract pay for the outages that were found. */
  claim(ticket: HeldTicket): void {
    const found = this.claims.get(ticket.number);
    if (!found) return this.findOutages(ticket);
    this.#turn.take(() => this.claim(ticket), async (signal) => {
      const wallet = await this.#ready();
      const hash = await this.#send(signal, wallet, "claim", found.transaction, 0n);
      await this.#follow(wallet, "claim", hash, signal, () => this.tickets.some(({ number, paid }) => number === ticket.number && paid > ticket.paid));
      this.claims.forget(ticket.number);
      const paid = (this.tickets.find(({ number }) => number === ticket.number)?.paid ?? ticket.paid) - ticket.paid;
      this.#turn.news = { kind: "claimed", ticket: ticket.number, paid, currency: this.saleOf(ticket)?.currency ?? nativeCoin };
    });
  }

  /** Has the wallet use the platform's chain, and goes on with what that stood in the way of. */
  switchChain(): void {
    const { again } = this.#turn;
    const { wallet } = this;
    if (!wallet) return;
    this.#turn.take(() => this.switchChain(), async () => {
      this.#turn.become({ kind: "switching" });
      await wallet.switchTo(this.chain.chainId);
      await this.#onChain(wallet);
    }, again);
  }

  async #ready(): Promise<Wallet> {
    const { wallet } = this;
    if (!wallet) throw new ShopTrouble({ kind: "no-wallet" });
    await this.#onChain(wallet);
    return wallet;
  }

  // What a token says is asked on the platform's chain alone: at the same address elsewhere stands something else.
  async #learnTokens(wallet: Wallet): Promise<void> {
    const unknown = new Set(this.sales.items.map(({ currency }) => currency.toLowerCase() as Address).filter((token) => !isSame(token, nativeCoin) && !this.tokens.has(token)));
    if (unknown.size === 0 || (await wallet.chainId().catch(() => undefined)) !== this.chain.chainId) return;
    await Promise.all([...unknown].slice(0, mostTokens).map(async (token) => {
      const facts = await readTokenFacts(wallet, token).catch(() => undefined);
      if (facts) this.tokens.set(token, facts);
    }));
  }

  #allowed(signal: AbortSignal, wallet: Wallet, sale: Sale, approval: Prepared | undefined): Promise<boolean> {
    return allowPrice({ wallet, chain: this.chain, sale }, approval, {
      send: async (permission) => {
        this.#turn.go(signal, { kind: "asking-wallet", what: "approval", value: sale.price, currency: sale.currency, step: 1 });
        const hash = await wallet.send(permission);
        signal.throwIfAborted();
        return hash;
      },
      // In a block is enough: the purchase comes after it by its nonce, on whatever chain the two end up.
      follow: (hash, isThere) => followCourse(hash, wallet, 1, (progress) => this.#told(signal, "approval", progress), () => isThere().catch(() => false), () => wait(waitMs, signal)),
    });
  }

  async #tellAllowed(wallet: Wallet, sale: Sale): Promise<void> {
    const amount = await allowedTo({ wallet, chain: this.chain, sale }).catch(() => 0n);
    if (amount > 0n) this.#turn.news = { kind: "still-allowed", amount, currency: sale.currency };
  }

  async #onChain(wallet: Wallet): Promise<void> {
    const actual = await wallet.chainId();
    if (actual !== this.chain.chainId) throw new ShopTrouble({ kind: "wrong-chain", actual });
  }

  async #signedIn(signal: AbortSignal): Promise<string> {
    const { wallet } = this;
    if (!wallet) throw new ShopTrouble({ kind: "no-wallet" });
    if (this.#token !== undefined) return this.#token;
    this.#turn.go(signal, { kind: "signing-in" });
    const message = await this.desk.requestSignIn(wallet.account);
    const token = await this.desk.signIn(message, await wallet.sign(message));
    // It is that wallet's, which may have been left meanwhile.
    signal.throwIfAborted();
    this.#token = token;
    return token;
  }

  async #send(signal: AbortSignal, wallet: Wallet, what: Undertaking, prepared: Prepared, value: bigint, step?: 2): Promise<Hash> {
    const fault = faultOf(prepared, this.chain, value);
    if (fault) throw new ShopTrouble({ kind: "prepared", fault });
    this.#turn.go(signal, { kind: "asking-wallet", what, value, ...(step ? { step } : {}) });
    const hash = await wallet.send(prepared);
    signal.throwIfAborted();
    return hash;
  }

  async #follow(wallet: Wallet, what: Undertaking, hash: Hash, signal: AbortSignal, isDone: () => boolean): Promise<void> {
    const isSeen = async (): Promise<boolean> => {
      await this.#lookAtTickets(wallet);
      return isDone();
    };
    await followCourse(hash, wallet, this.chain.confirmations, (progress) => this.#told(signal, what, progress), isSeen, () => wait(waitMs, signal));
  }

  #told(signal: AbortSignal, what: Undertaking, progress: Progress): void {
    if (!signal.aborted) this.#turn.become({ kind: "following", what, progress });
  }

  async #redeemed(wallet: Wallet, voucher: Voucher, signal: AbortSignal): Promise<void> {
    this.#turn.go(signal, { kind: "redeeming" });
    await this.desk.redeem(voucher);
    while (!this.tickets.some(({ sale }) => sale === voucher.sale)) {
      await wait(waitMs, signal);
      await this.#lookAtTickets(wallet);
    }
  }

  async #enter(token: string, signal: AbortSignal): Promise<void> {
    this.#turn.go(signal, { kind: "entering" });
    // Asked without opening a playback: a refused licence would stand in the ledger.
    for (let looks = 0; !(await this.desk.isEntitled(token).catch(() => false)); looks++) {
      if (looks === entitledWithinLooks) throw new ShopTrouble({ kind: "no-ticket" });
      // Without a ticket there is nothing that it could take a moment to follow from.
      if (this.tickets.length === 0) throw new ShopTrouble({ kind: "no-ticket" });
      await wait(500, signal);
    }
    signal.throwIfAborted();
    this.entrance.enter(token);
  }

  // A platform that does not answer just now is asked again.
  async #lookAtTickets(wallet: Wallet): Promise<void> {
    const tickets = await this.desk.tickets(wallet.account).catch(() => undefined);
    if (tickets && this.wallet === wallet) this.tickets = tickets;
  }

  async #lookForOutages(wallet: Wallet): Promise<void> {
    const isStill = (ticket: HeldTicket): boolean => this.wallet === wallet && this.tickets.some(({ number, paid }) => number === ticket.number && paid === ticket.paid);
    if (await this.claims.look(this.tickets, (ticket) => this.saleOf(ticket), isStill)) this.entrance.changed();
  }

  async #keepLooking(): Promise<void> {
    const always = new AbortController().signal;
    for (;;) {
      await pause(lookEveryMs, always);
      if (document.hidden || this.isBusy) continue;
      const [chain, sales] = await Promise.all([this.desk.chain().catch(() => this.chain), this.desk.sales().catch(() => this.sales)]);
      // Another contract in the middle of a visit is nothing to buy from.
      if (isSame(chain.tickets, this.chain.tickets) && chain.chainId === this.chain.chainId) this.chain = chain;
      if (isOf(sales, this.chain)) this.sales = sales;
      if (this.wallet) await Promise.all([this.#lookAtTickets(this.wallet), this.#learnTokens(this.wallet), this.#lookForOutages(this.wallet)]);
      this.entrance.changed();
    }
  }
}

// What was stopped between two waits does not begin another.
async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await pause(milliseconds, signal);
}
