import { describeChainProblem, describeDoing, describeNews, describeTrouble, describeWallet } from "../tickets/shopWords.js";
import type { TicketShop } from "../tickets/ticketShop.js";
import { readVoucher } from "../tickets/voucher.js";
import type { WalletDiscovery } from "../tickets/walletDiscovery.js";
import { byId, setText } from "./elements.js";
import { HeldTickets } from "./heldTickets.js";
import { SaleCards } from "./saleCards.js";

/** The ticket shop under the picture: wallet, tickets on sale and held, vouchers, and how far what was begun is. */
export class TicketPanel {
  readonly #section = byId<HTMLElement>("tickets");
  readonly #sales: SaleCards;
  readonly #held: HeldTickets;
  readonly #voucher = byId<HTMLTextAreaElement>("voucher");
  #names = "";
  #hadWallet = false;

  constructor(
    private readonly shop: TicketShop,
    private readonly wallets: WalletDiscovery,
    voucher: string,
  ) {
    this.#sales = new SaleCards(byId("sales"), shop);
    this.#held = new HeldTickets(byId("held"), shop);
    this.#on("sign-in", () => shop.watch());
    this.#on("wallet-leave", () => shop.leave());
    this.#on("redeem", () => shop.redeem(this.#voucher.value));
    byId("tickets-stop").addEventListener("click", () => shop.stop());
    byId("trouble-action").addEventListener("click", () => shop.switchChain());
    byId("wallet-look").addEventListener("click", () => {
      wallets.look();
      this.update();
    });
    if (voucher !== "") {
      this.#voucher.value = voucher;
      byId<HTMLDetailsElement>("voucher-part").open = true;
    }
    this.#voucher.addEventListener("input", () => this.update());
    this.update();
  }

  /** Shows the shop, and leads there. */
  lead(): void {
    this.#section.scrollIntoView();
    byId<HTMLElement>("tickets-title").focus();
  }

  update(): void {
    const { shop } = this;
    this.#section.hidden = false;
    this.#wallet();
    setText(byId("tickets-progress"), shop.news && !shop.isBusy ? describeNews(shop.news, shop.chain, shop.tokens) : describeDoing(shop.doing, shop.chain, shop.tokens));
    this.#bar();
    byId<HTMLElement>("tickets-stop").hidden = !shop.isBusy;
    const trouble = byId<HTMLElement>("tickets-trouble");
    trouble.hidden = !shop.trouble;
    setText(byId("trouble-text"), shop.trouble ? describeTrouble(shop.trouble, shop.chain, shop.tokens) : "");
    const action = byId<HTMLElement>("trouble-action");
    action.hidden = shop.trouble?.kind !== "wrong-chain";
    setText(action, `Switch the wallet to chain ${shop.chain.chainId}`);
    const notice = byId<HTMLElement>("tickets-chain");
    notice.hidden = !shop.chain.problem;
    setText(notice, describeChainProblem(shop.chain));
    this.#sales.update();
    this.#held.update();
    this.#ofVoucher();
    for (const button of this.#section.querySelectorAll("button[data-one]")) button.setAttribute("aria-disabled", String(shop.isBusy));
  }

  #wallet(): void {
    const { wallet, tickets } = this.shop;
    const { found } = this.wallets;
    const state = byId<HTMLElement>("wallet-state");
    setText(state, wallet
      ? describeWallet(wallet.name, wallet.account, tickets.length)
      : found.length > 0
        ? "Connect the wallet that holds your ticket, or that is to pay for one."
        : "No wallet was found in this browser. Install one as an extension, or open this page in the browser of a wallet app; then look again.");
    byId<HTMLElement>("wallet-look").hidden = wallet !== undefined || found.length > 0;
    byId<HTMLElement>("sign-in").hidden = !wallet || tickets.length === 0;
    byId<HTMLElement>("wallet-leave").hidden = !wallet;
    // The button that was pressed is gone: what it did stands here.
    if (wallet && !this.#hadWallet && (document.activeElement === document.body || this.#section.contains(document.activeElement))) state.focus();
    this.#hadWallet = wallet !== undefined;

    const names = wallet ? "" : found.map(({ name }) => name).join("\n");
    if (names === this.#names) return;
    this.#names = names;
    byId("wallet-choice").replaceChildren(...(wallet ? [] : found).map((one) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "wide";
      button.dataset["one"] = "";
      button.textContent = found.length === 1 ? "Connect wallet" : `Connect ${one.name}`;
      button.addEventListener("click", () => this.shop.connect(one));
      return button;
    }));
  }

  #bar(): void {
    const bar = byId<HTMLProgressElement>("confirmations");
    const { doing } = this.shop;
    const progress = doing.kind === "following" && doing.progress.kind === "in-block" ? doing.progress : undefined;
    bar.hidden = !progress;
    if (progress) [bar.max, bar.value] = [progress.needed, progress.depth];
  }

  #ofVoucher(): void {
    const voucher = readVoucher(this.#voucher.value);
    setText(byId("voucher-note"), voucher ? `For ${voucher.buyer}, until ${new Date(1000 * voucher.deadline).toLocaleString()}. The platform pays the fee of the chain.` : "From the broadcaster: a text that gives your wallet a ticket.");
  }

  #on(id: string, act: () => void): void {
    byId(id).addEventListener("click", act);
  }
}
