import { h } from "../auditPage/dom.js";
import { setText } from "../page/elements.js";
import { pause } from "../playback/signer.js";
import { Problem, type StudioApi } from "../studio/studioApi.js";
import { type ChainStatus, readChainStatus, readPrepared } from "../tickets/chainAnswers.js";
import { type Hex, isSame } from "../tickets/chainValues.js";
import { handOverFaultOf, readOwnershipToken } from "../tickets/handOver.js";
import { ShopTrouble, troubleOf } from "../tickets/shopState.js";
import { describeTrouble } from "../tickets/shopWords.js";
import { AnswerMalformed } from "../tickets/ticketDesk.js";
import { Wallet } from "../tickets/wallet.js";
import { WalletDiscovery } from "../tickets/walletDiscovery.js";
import { fromBase64Url } from "../verify/base64Url.js";
import { linkWallet, putOnChain, tellCourse } from "./ownerWallet.js";
import { button, card, ProblemLine } from "./parts.js";

const waitMs = 1_500;

/** A sentence for a field that will not do, or for what stands in the way on the chain. */
class Hindrance extends Error {}

/** Takes over a broadcast whose token was passed to this account's wallet, and names the key that it is signed with from then on. Until then it is not in the list. */
export class TakeOverForm {
  readonly #broadcast = h("input", { id: "take-broadcast", autocomplete: "off", spellcheck: "false", "aria-describedby": "take-hint" });
  readonly #identity = h("input", { id: "take-identity", autocomplete: "off", spellcheck: "false", "aria-describedby": "take-key-hint" });
  readonly #choice = h("div", { class: "actions", id: "take-wallets" });
  readonly #walletLine = h("p", { class: "hint", id: "take-wallet" });
  readonly #submit = h("button", { class: "button", id: "take-over" }, "Take it over");
  readonly #say = h("p", { id: "take-say", role: "status", "aria-live": "polite" });
  readonly #problem = new ProblemLine();
  readonly #wallets = new WalletDiscovery(window, () => this.#draw());
  readonly #left = new AbortController();
  #wallet: Wallet | undefined;
  #isBusy = false;
  readonly element: HTMLElement;

  constructor(private readonly api: StudioApi) {
    const form = h("form", { class: "stack", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      void this.#do("", () => this.#takeOver());
    } },
      h("label", { for: "take-broadcast" }, "Broadcast", this.#broadcast),
      h("p", { class: "hint", id: "take-hint" }, "Its Watch or Studio address, or the 32 characters at the end of that."),
      h("label", { for: "take-identity" }, "Your identity key", this.#identity),
      h("p", { class: "hint", id: "take-key-hint" }, "Its public half, 43 characters. What is broadcast from then on has to be signed by it: no other key, and no key of before."),
      this.#walletLine, this.#choice, this.#problem.element, this.#say,
      h("div", { class: "actions" }, this.#submit));
    this.element = card("A broadcast that was passed to you", "take-over-card",
      h("details", {}, h("summary", {}, "Its token on a chain is in your wallet"), form));
    this.#draw();
  }

  /** The page was left. */
  close(): void {
    this.#left.abort();
    this.#wallets.close();
  }

  #draw(): void {
    const { found } = this.#wallets;
    setText(this.#walletLine, this.#wallet ? `Your wallet: ${this.#wallet.account}` : found.length === 0 ? "No wallet was found in this browser. Install one as an extension, then reload." : "Connect the wallet that has the token.");
    this.#choice.hidden = this.#wallet !== undefined;
    this.#choice.replaceChildren(...(this.#wallet ? [] : found.map((one) => button(found.length === 1 ? "Connect wallet" : `Connect ${one.name}`, () => void this.#do("Your wallet asks whether this page may see your account.", async () => {
      this.#wallet = await Wallet.connect(one);
      this.#submit.focus();
    })))));
  }

  async #takeOver(): Promise<void> {
    const broadcast = this.#read(this.#broadcast, /(?:^|\/)([0-9a-f]{32})(?:#.*)?$/.exec(this.#broadcast.value.trim())?.[1], "This names no broadcast: paste its address, or the 32 characters of its name.");
    const key = fromBase64Url(this.#identity.value.trim());
    const identity = this.#read(this.#identity, key?.length === 32 ? (`0x${Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("")}` as Hex) : undefined, "This is no identity key: it has 43 letters, digits, - and _.");
    const wallet = this.#wallet;
    if (!wallet) throw new ShopTrouble({ kind: "no-wallet" });
    const path = `/v1/broadcasts/${broadcast}`;
    const chain = await this.#chain();
    const token = readOwnershipToken(await this.api.get(`${path}/token`));
    if (!token) throw new AnswerMalformed();
    if (!isSame(token.owner, wallet.account)) throw new Hindrance(`The token of this broadcast is with ${token.owner}: connect that wallet, or have it passed on to yours first.`);
    this.#tell("Your wallet asks you to sign in, to link it to your account. That costs nothing.");
    await linkWallet(this.api, path, wallet);
    const isMine = (): Promise<boolean> => this.api.get(path).then(() => true, () => false);
    // Accepted before, and the wallet not linked then: there is nothing more to send.
    if (!(isSame(token.controller, wallet.account) && isSame(token.identity, identity))) {
      await putOnChain(wallet, chain, (text) => this.#tell(text));
      const prepared = readPrepared(await this.api.post(`${path}/token/hand-over`, { identity: this.#identity.value.trim() }));
      if (!prepared) throw new AnswerMalformed();
      const fault = handOverFaultOf(prepared, chain, broadcast, identity);
      if (fault) throw new ShopTrouble({ kind: "prepared", fault });
      this.#tell(`Your wallet asks you to confirm that you take it over. Compare what it shows: contract ${chain.ownership}, chain ${chain.chainId}, nothing to pay but the fee.`);
      await tellCourse(await wallet.send(prepared), wallet, chain, (text) => this.#tell(text), isMine, () => pause(waitMs, this.#left.signal));
    } else {
      while (!(await isMine())) await pause(waitMs, this.#left.signal);
    }
    if (!this.#left.signal.aborted) location.hash = `#/broadcast/${broadcast}`;
  }

  async #chain(): Promise<ChainStatus> {
    const answer = await this.api.get("/v1/chain").catch((error: unknown) => {
      throw error instanceof Problem && error.status === 404 ? new Hindrance("This server has no chain switched on: its operator can, with --chain.") : error;
    });
    const chain = readChainStatus(answer);
    if (!chain) throw new AnswerMalformed();
    return chain;
  }

  #read<T>(field: HTMLElement, value: T | undefined, says: string): T {
    field.toggleAttribute("aria-invalid", false);
    if (value !== undefined) return value;
    field.setAttribute("aria-invalid", "true");
    field.focus();
    throw new Hindrance(says);
  }

  #tell(text: string): void {
    setText(this.#say, text);
  }

  // One thing at a time.
  async #do(says: string, action: () => Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#submit.setAttribute("aria-busy", "true");
    this.#problem.clear();
    this.#tell(says);
    try {
      await action();
    } catch (error) {
      if (!this.#left.signal.aborted) await this.#fail(error);
    } finally {
      this.#isBusy = false;
      this.#submit.removeAttribute("aria-busy");
      this.#tell("");
      this.#draw();
    }
  }

  async #fail(error: unknown): Promise<void> {
    if (error instanceof Hindrance) return this.#problem.tell(error.message);
    if (error instanceof Problem) return this.#problem.say(error);
    const chain = await this.#chain().catch(() => undefined);
    if (chain) this.#problem.tell(describeTrouble(troubleOf(error), chain));
    else this.#problem.say(error);
  }
}
