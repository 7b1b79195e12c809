import { type Address, type Hash, type Hex, isSame, readAddress, readHash, readHex, readQuantity, toQuantity } from "./chainValues.js";
import type { Prepared } from "./chainAnswers.js";
import type { FoundWallet, Provider } from "./walletDiscovery.js";
import { WalletProblem, walletProblemOf } from "./walletProblem.js";

/** What a block has of a transaction. */
export interface Mined {
  readonly block: bigint;
  readonly succeeded: boolean;
}

/** For questions that nobody has to be asked about; a person may think as long as they like. */
const withinMs = 15_000;
/** Of a contract that is asked: a word, or a short text. */
const maxAnswerDigits = 2048;

/** A wallet that has named an account of its to this page. Everything it answers is looked at: it is somebody else's program. */
export class Wallet {
  private constructor(
    readonly name: string,
    readonly account: Address,
    private readonly provider: Provider,
  ) {}

  /** Asks the wallet for an account; the viewer chooses it there. */
  static async connect({ name, provider }: FoundWallet): Promise<Wallet> {
    const accounts = await asked(provider, "eth_requestAccounts");
    const account = readAddress(Array.isArray(accounts) ? accounts[0] : undefined);
    if (!account) throw new WalletProblem("unauthorized");
    return new Wallet(name, account, provider);
  }

  /** Calls back when the wallet names another account, or none. */
  onOtherAccount(changed: () => void): void {
    this.provider.on?.("accountsChanged", (accounts) => {
      if (!isSame(readAddress(Array.isArray(accounts) ? accounts[0] : undefined), this.account)) changed();
    });
  }

  async chainId(): Promise<bigint> {
    return expected(readQuantity(await this.#quickly("eth_chainId")));
  }

  /** Has the wallet use a chain that it knows (EIP-3326). */
  async switchTo(chainId: bigint): Promise<void> {
    await asked(this.provider, "wallet_switchEthereumChain", [{ chainId: toQuantity(chainId) }]);
  }

  async balance(): Promise<bigint> {
    return expected(readQuantity(await this.#quickly("eth_getBalance", [this.account, "latest"])));
  }

  /** Asks a contract something; nobody signs or pays. */
  async call(to: Address, data: Hex): Promise<Hex> {
    return expected(readHex(await this.#quickly("eth_call", [{ to, data }, "latest"]), maxAnswerDigits));
  }

  /** EIP-191, version 0x45. The message goes as hexadecimal: a wallet that guesses cannot take it for something else. */
  async sign(message: string): Promise<Hex> {
    const bytes = Array.from(new TextEncoder().encode(message), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const signature = readHex(await asked(this.provider, "personal_sign", [`0x${bytes}`, this.account]), 130);
    if (signature?.length !== 132) throw new WalletProblem("answer-malformed");
    return signature;
  }

  /** Has the wallet sign and send a transaction, whose hash it gives. */
  async send({ to, data, value }: Prepared): Promise<Hash> {
    return expected(readHash(await asked(this.provider, "eth_sendTransaction", [{ from: this.account, to, data, value: toQuantity(value) }])));
  }

  /** Where a transaction stands; undefined while it is in no block. */
  async mined(transaction: Hash): Promise<Mined | undefined> {
    const receipt = await this.#quickly("eth_getTransactionReceipt", [transaction]);
    if (receipt === null || receipt === undefined) return undefined;
    const { blockNumber, status } = (typeof receipt === "object" ? receipt : {}) as { blockNumber?: unknown; status?: unknown };
    return { block: expected(readQuantity(blockNumber)), succeeded: expected(readQuantity(status)) === 1n };
  }

  async head(): Promise<bigint> {
    return expected(readQuantity(await this.#quickly("eth_blockNumber")));
  }

  async #quickly(method: string, params: readonly unknown[] = []): Promise<unknown> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new WalletProblem("silent")), withinMs);
    });
    return Promise.race([asked(this.provider, method, params), silence]).finally(() => clearTimeout(timer));
  }
}

async function asked(provider: Provider, method: string, params: readonly unknown[] = []): Promise<unknown> {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    throw walletProblemOf(error);
  }
}

function expected<T>(value: T | undefined): T {
  if (value === undefined) throw new WalletProblem("answer-malformed");
  return value;
}
