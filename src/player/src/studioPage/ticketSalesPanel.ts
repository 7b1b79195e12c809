import { h } from "../auditPage/dom.js";
import { setText } from "../page/elements.js";
import { pause } from "../playback/signer.js";
import { Problem, type StudioApi } from "../studio/studioApi.js";
import { type ChainStatus, readChainStatus, readPrepared, readSales, type Sale, type Sales } from "../tickets/chainAnswers.js";
import { type Address, isSame, readAddress } from "../tickets/chainValues.js";
import { describeAmount } from "../tickets/coins.js";
import { faultOf, isOf } from "../tickets/preparedCheck.js";
import { ShopTrouble, troubleOf } from "../tickets/shopState.js";
import { describeTime, describeTrouble } from "../tickets/shopWords.js";
import { AnswerMalformed } from "../tickets/ticketDesk.js";
import { Wallet } from "../tickets/wallet.js";
import { type FoundWallet, WalletDiscovery } from "../tickets/walletDiscovery.js";
import { ask } from "./dialogs.js";
import { linkWallet, putOnChain, tellCourse } from "./ownerWallet.js";
import { button, card, ProblemLine, refresh, state } from "./parts.js";
import { type NewSale, SaleForm } from "./saleForm.js";

const waitMs = 1_500;

/** Ownership and tickets on a chain, where the server has one: the broadcaster's wallet is linked, gets the broadcast's token, and opens and cancels sales. */
export class TicketSalesPanel {
  readonly #body = h("div", { class: "stack" });
  readonly #say = h("p", { id: "chain-say", role: "status", "aria-live": "polite" });
  readonly #problem = new ProblemLine();
  readonly #form = new SaleForm((sale) => void this.#open(sale));
  readonly element = card("Tickets on a chain", "chain", this.#body, this.#problem.element, this.#say, this.#form.element);
  readonly #wallets = new WalletDiscovery(window, () => this.#draw());
  #chain: ChainStatus | undefined;
  #sales: Sales | undefined;
  #owner: Address | undefined;
  #wallet: Wallet | undefined;
  #isWanted = false;
  #isBusy = false;
  readonly #left = new AbortController();

  constructor(
    private readonly api: StudioApi,
    private readonly path: string,
  ) {
    this.#form.element.hidden = true;
    // Not asked for before it is wanted: most servers have no chain.
    this.#body.append(h("div", { class: "actions" }, button("Show", () => void this.#want(), { id: "chain-show" })));
  }

  /** The page was left. */
  close(): void {
    this.#left.abort();
    this.#wallets.close();
  }

  async load(): Promise<void> {
    if (!this.#isWanted) return;
    const [chain, sales, token] = await Promise.all([this.api.get<unknown>("/v1/chain"), this.api.get<unknown>(`${this.path}/sales`), this.api.get<{ owner?: unknown }>(`${this.path}/token`).catch(unlessUnknown)]);
    [this.#chain, this.#sales, this.#owner] = [readChainStatus(chain), readSales(sales), readAddress(token?.owner)];
    this.#draw();
  }

  async #want(): Promise<void> {
    this.#isWanted = true;
    try {
      await this.load();
    } catch (error) {
      this.#isWanted = false;
      if (error instanceof Problem && error.status === 404) this.#problem.tell("This server has no chain switched on: its operator can, with --chain.");
      else this.#problem.say(error);
    }
  }

  #draw(): void {
    const [chain, sales] = [this.#chain, this.#sales];
    if (!chain || !sales) return;
    const [wallet, owner, { found }] = [this.#wallet, this.#owner, this.#wallets];
    const isOwner = wallet !== undefined && isSame(owner, wallet.account);
    this.#form.element.hidden = !isOwner || !isOf(sales, chain);
    refresh(this.#body, [chain.chainId, chain.problem, wallet?.account, owner, found.map(({ name }) => name), this.#isBusy, sales.items.map(({ number, state: is, sold }) => `${number} ${is} ${sold}`)].map(String), () => [
      h("p", {}, owner ? `The broadcast’s token is with ${owner}.` : "The broadcast has no token yet. Who has it sells tickets, signs vouchers and cancels."),
      ...(chain.problem ? [h("p", { class: "notice" }, `The platform cannot follow the chain just now: ${chain.problem.code}.`)] : []),
      ...(wallet ? [h("p", { id: "chain-wallet" }, `Your wallet: ${wallet.account}${owner && !isOwner ? ". The token is another wallet’s: connect that one" : ""}.`)]
        : found.length === 0 ? [h("p", { class: "hint" }, "No wallet was found in this browser. Install one as an extension, then reload.")] : []),
      h("div", { class: "actions" },
        ...(wallet ? [] : found.map((one) => button(found.length === 1 ? "Connect wallet" : `Connect ${one.name}`, () => void this.#connect(one), { "data-key": `connect-${one.name}`, "aria-disabled": String(this.#isBusy) }))),
        wallet && !owner && button("Link it, and get the token", () => void this.#register(wallet), { "data-key": "register", "aria-disabled": String(this.#isBusy), id: "chain-register" })),
      h("ul", { class: "plain-list", "aria-label": "Sales" }, ...sales.items.map((sale) => this.#row(sale, chain, isOwner))),
    ]);
    // A sale stands in the list a moment before what opened it is done.
    this.element.querySelector("#sale-open")?.setAttribute("aria-disabled", String(this.#isBusy));
  }

  #row(sale: Sale, chain: ChainStatus, isOwner: boolean): HTMLElement {
    const tone = { open: "good", started: "live", refunding: "bad", settled: "soft" } as const;
    return h("li", {},
      h("strong", {}, `Sale ${sale.number}: ${describeAmount(sale.price, sale.currency, chain.chainId)}`), " ", state(sale.state, tone[sale.state]), ` ${sale.sold} of ${sale.supply} sold, ${describeTime(sale.starts)} to ${describeTime(sale.ends)} `,
      isOwner && (sale.state === "open" || sale.state === "started") && button("Cancel, and refund", () => void this.#cancel(sale), { "data-key": `cancel-${sale.number}`, "aria-disabled": String(this.#isBusy), class: "button plain small warns", "aria-label": `Cancel sale ${sale.number}, and refund` }));
  }

  #connect(found: FoundWallet): Promise<void> {
    return this.#do("Your wallet asks whether this page may see your account.", async () => {
      this.#wallet = await Wallet.connect(found);
    });
  }

  #register(wallet: Wallet): Promise<void> {
    return this.#do("Your wallet asks you to sign in, to link it to your account. That costs nothing.", async () => {
      await linkWallet(this.api, this.path, wallet);
      await this.api.post(`${this.path}/token`, { wallet: wallet.account });
      setText(this.#say, "The platform registers the token, and pays for it. Waiting for the chain.");
      do await this.#wait();
      while (this.#owner === undefined);
    });
  }

  #open(sale: NewSale): Promise<void> {
    const known = new Set(this.#sales?.items.map(({ number }) => number));
    return this.#send("Your wallet asks you to confirm the new sale.", `${this.path}/sales`, sale, () => this.#sales?.items.some(({ number }) => !known.has(number)) === true);
  }

  async #cancel(sale: Sale): Promise<void> {
    if (this.#isBusy) return;
    const text = "Everybody who holds a ticket is given back what it had cost, and nobody can buy one any more. That cannot be undone.";
    if (!(await ask({ title: `Cancel sale ${sale.number}?`, text, action: "Cancel it", act: () => Promise.resolve() }))) return;
    await this.#send("Your wallet asks you to confirm the cancellation.", `${this.path}/sales/${sale.number}/cancellation`, undefined, () => this.#sales?.items.find(({ number }) => number === sale.number)?.state === "refunding");
  }

  #send(says: string, path: string, body: unknown, isDone: () => boolean): Promise<void> {
    return this.#do(says, async () => {
      const [wallet, chain] = [this.#wallet, this.#chain];
      if (!wallet || !chain) throw new ShopTrouble({ kind: "no-wallet" });
      const say = (text: string): void => setText(this.#say, text);
      await putOnChain(wallet, chain, say);
      const prepared = readPrepared(await this.api.post(path, body));
      if (!prepared) throw new AnswerMalformed();
      const fault = faultOf(prepared, chain, 0n);
      if (fault) throw new ShopTrouble({ kind: "prepared", fault });
      setText(this.#say, `${says} Compare what it shows: contract ${chain.tickets}, chain ${chain.chainId}, nothing to pay but the fee.`);
      const hash = await wallet.send(prepared);
      await tellCourse(hash, wallet, chain, say, () => this.load().then(isDone, () => false), () => this.#wait(false));
    });
  }

  async #wait(andLoad = true): Promise<void> {
    this.#left.signal.throwIfAborted();
    await pause(waitMs, this.#left.signal);
    if (andLoad) await this.load().catch(() => undefined);
  }

  // One thing at a time, and the buttons say so.
  async #do(says: string, action: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#problem.clear();
    setText(this.#say, says);
    this.#draw();
    try {
      await action();
    } catch (error) {
      const chain = this.#chain;
      if (!this.#left.signal.aborted && chain) this.#problem.tell(describeTrouble(troubleOf(error), chain));
    } finally {
      this.#isBusy = false;
      setText(this.#say, "");
      this.#draw();
    }
  }
}

function unlessUnknown(error: unknown): undefined {
  if (error instanceof Problem && error.code === "token-unknown") return undefined;
  throw error;
}
