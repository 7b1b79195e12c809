import type { WatchSession } from "../playback/watchSession.js";
import type { WatchState } from "../playback/watchState.js";
import { attempt } from "../playback/viewerAccess.js";
import { TicketDesk } from "../tickets/ticketDesk.js";
import { TicketShop } from "../tickets/ticketShop.js";
import { voucherOfLink } from "../tickets/voucher.js";
import { WalletDiscovery } from "../tickets/walletDiscovery.js";
import { TicketPanel } from "./ticketPanel.js";

/** Refusals that another ticket is the way out of. */
const withoutRight: ReadonlySet<string> = new Set(["not-entitled", "entitlement-transferred", "entitlement-refunded", "entitlement-revoked", "entitlement-suspended"]);

/** Milliseconds until a server that did not answer is asked again. */
const askAgainMs = 10_000;

/** Whether a state is one in which a viewer wants a ticket. */
export function wantsTicket(state: WatchState): boolean {
  return state.kind === "stopped" && (state.reason === "no-token" || state.reason === "token-expired" || (state.reason === "refused" && withoutRight.has(state.detail ?? "")));
}

/** Opens the ticket shop where somebody has no right to watch and tickets are sold on a chain. Who watches by a link of another shop asks nothing of it. */
export class TicketCounter {
  #panel: TicketPanel | undefined;
  #asked = false;
  /** A visitor who signed in in this tab before may want refunds as well. */
  readonly #cameByWallet: boolean;

  constructor(
    private readonly broadcast: string,
    private readonly session: WatchSession,
    private readonly keep: (token: string) => void,
    private readonly opened: () => void,
  ) {
    this.#cameByWallet = attempt(() => window.sessionStorage.getItem(this.#mark)) === "1";
  }

  get isOpen(): boolean {
    return this.#panel !== undefined;
  }

  lead(): void {
    this.#panel?.lead();
  }

  /** Called on every change of the session. */
  update(): void {
    if (this.#asked || !(wantsTicket(this.session.state) || this.#cameByWallet)) return;
    this.#asked = true;
    // Until the server can say what is sold, the page is as it is without.
    this.#open().catch(() => setTimeout(() => {
      this.#asked = false;
      this.update();
    }, askAgainMs));
  }

  get #mark(): string {
    return `liveledger.wallet.${this.broadcast}`;
  }

  async #open(): Promise<void> {
    const desk = new TicketDesk(this.broadcast);
    const found = await desk.open();
    if (!found) return;
    const shop: TicketShop = new TicketShop(desk, {
      enter: (token) => {
        this.keep(token);
        attempt(() => window.sessionStorage.setItem(this.#mark, "1"));
        // Whoever buys one more for somebody else while it plays goes on watching.
        const { state, viewerToken } = this.session;
        if (viewerToken !== token || (state.kind !== "live" && state.kind !== "recording")) this.session.enterWith(token);
      },
      changed: () => this.#panel?.update(),
    }, found.chain, found.sales);
    const wallets = new WalletDiscovery(window, () => this.#panel?.update());
    this.#panel = new TicketPanel(shop, wallets, voucherOfLink(location.hash));
    this.opened();
  }
}
