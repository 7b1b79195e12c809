import type { Page } from "playwright-core";
import { type LocalChain, NodeRefusal } from "./chain.js";

/** As `eth_sendTransaction` has it. */
interface Transaction {
  readonly to: string;
  readonly value: string;
  readonly from: string;
  readonly data: string;
}

/** A wallet as extensions inject it (EIP-1193): it has one of the node's accounts, and agrees to everything unless told otherwise. */
export class InjectedWallet {
  /** Methods that its owner says no to. */
  readonly refuses = new Set<string>();
  /** Transactions that it was asked to send, and sent. */
  readonly sent: Transaction[] = [];
  /** What they are known by on the chain. */
  readonly hashes: string[] = [];
  /** What its owner makes of a transaction before agreeing; undefined for a no. */
  considers: (asked: Transaction) => Transaction | undefined = (asked) => asked;
  /** The chain that it uses. */
  chainId = 31337;

  private constructor(
    private readonly chain: LocalChain,
    private readonly account: number,
  ) {}

  /** Puts one into a page, before its next address. @param announced Names under which it announces itself (EIP-6963) besides. */
  static async into(page: Page, chain: LocalChain, account: number, announced: readonly string[] = []): Promise<InjectedWallet> {
    const wallet = new InjectedWallet(chain, account);
    await page.exposeFunction("walletAnswers", (method: string, params: unknown[]) => wallet.#answer(method, params));
    await page.addInitScript((names) => {
      type Answer = { result?: unknown; error?: { code: number; message: string } };
      const node = window as unknown as { walletAnswers(method: string, params: unknown[]): Promise<Answer> };
      const make = () => ({
        on: () => undefined,
        request: async ({ method, params }: { method: string; params?: unknown[] }) => {
          const { result, error } = await node.walletAnswers(method, params ?? []);
          if (error) throw Object.assign(new Error(error.message), { code: error.code });
          return result;
        },
      });
      Object.assign(window, { ethereum: make() });
      const announce = () => names.forEach((name) => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: Object.freeze({ info: { uuid: name, name, icon: "data:,", rdns: "test" }, provider: make() }) })));
      window.addEventListener("eip6963:requestProvider", announce);
    }, announced);
    return wallet;
  }

  async #answer(method: string, params: unknown[]): Promise<{ result?: unknown; error?: { code: number; message: string } }> {
    if (this.refuses.has(method)) return { error: { code: 4001, message: "User rejected the request." } };
    try {
      return { result: await this.#agreed(method, params) };
    } catch (error) {
      return { error: { code: error instanceof NodeRefusal ? error.code : -32603, message: String(error) } };
    }
  }

  async #agreed(method: string, params: unknown[]): Promise<unknown> {
    switch (method) {
      case "eth_requestAccounts":
        return [this.chain.account(this.account)];
      case "eth_chainId":
        return `0x${this.chainId.toString(16)}`;
      case "wallet_switchEthereumChain":
        this.chainId = Number((params[0] as { chainId: string }).chainId);
        return null;
      case "eth_sendTransaction": {
        const agreed = this.considers(params[0] as Transaction);
        if (!agreed) throw new NodeRefusal(4001, "User rejected the request.");
        const hash = await this.chain.ask<string>(method, agreed);
        this.sent.push(agreed);
        this.hashes.push(hash);
        return hash;
      }
    }
    return this.chain.ask(method, ...params);
  }
}
