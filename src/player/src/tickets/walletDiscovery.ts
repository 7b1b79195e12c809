/** A wallet in this browser, by EIP-1193. */
export interface Provider {
  request(asked: { readonly method: string; readonly params?: readonly unknown[] }): Promise<unknown>;
  on?(event: string, heard: (given: unknown) => void): unknown;
}

export interface FoundWallet {
  readonly name: string;
  readonly provider: Provider;
}

/** More wallets than anybody has; a page that announces thousands is not listened to. */
const mostFound = 12;
const maxName = 40;

/**
 * The wallets of this browser: those that announce themselves (EIP-6963), and the one at `window.ethereum` if none of them is it. Any script in
 * the page could call itself anything, so their icons, which would need a looser policy for images, are not shown, and their names are bounded.
 */
export class WalletDiscovery {
  readonly #announced: FoundWallet[] = [];
  readonly #listening = new AbortController();

  constructor(
    private readonly page: Window,
    private readonly changed: () => void,
  ) {
    page.addEventListener("eip6963:announceProvider", (event) => this.#hear((event as CustomEvent<unknown>).detail), { signal: this.#listening.signal });
    this.look();
  }

  get found(): readonly FoundWallet[] {
    const { ethereum } = this.page as unknown as { ethereum?: unknown };
    if (!isProvider(ethereum) || this.#announced.some(({ provider }) => provider === ethereum)) return this.#announced;
    // With wallets that announce themselves, the one that was there first is one of them, seen through a wrapper.
    return this.#announced.length > 0 ? this.#announced : [{ name: "Wallet of this browser", provider: ethereum }];
  }

  /** Hears no more. */
  close(): void {
    this.#listening.abort();
  }

  /** Asks who is there; answers come at once, and from wallets that load late later. */
  look(): void {
    this.page.dispatchEvent(new Event("eip6963:requestProvider"));
  }

  #hear(detail: unknown): void {
    const { info, provider } = (detail ?? {}) as { info?: { name?: unknown }; provider?: unknown };
    if (!isProvider(provider) || this.#announced.length >= mostFound || this.#announced.some((known) => known.provider === provider)) return;
    const name = typeof info?.name === "string" ? info.name.replace(/[^\p{L}\p{N} ._-]/gu, "").trim().slice(0, maxName) : "";
    this.#announced.push({ name: name || "Wallet without a name", provider });
    this.changed();
  }
}

function isProvider(value: unknown): value is Provider {
  return typeof value === "object" && value !== null && typeof (value as Partial<Provider>).request === "function";
}
