import type { StudioApi } from "../studio/studioApi.js";
import { type ChainStatus, readSignInMessage } from "../tickets/chainAnswers.js";
import type { Hash } from "../tickets/chainValues.js";
import { followCourse } from "../tickets/purchaseCourse.js";
import { ShopTrouble } from "../tickets/shopState.js";
import { AnswerMalformed } from "../tickets/ticketDesk.js";
import type { Wallet } from "../tickets/wallet.js";

/** Makes a wallet this account's, by a sign-in that costs nothing. */
export async function linkWallet(api: StudioApi, path: string, wallet: Wallet): Promise<void> {
  const message = readSignInMessage(await api.post(`${path}/wallets/requests`, { wallet: wallet.account, purpose: "owning" }));
  if (message === undefined) throw new AnswerMalformed();
  await api.put(`${path}/owner-wallet`, { message, signature: await wallet.sign(message) });
}

/** Has a wallet use the platform's chain. */
export async function putOnChain(wallet: Wallet, chain: ChainStatus, say: (text: string) => void): Promise<void> {
  const actual = await wallet.chainId();
  if (actual === chain.chainId) return;
  say(`Your wallet asks whether to use chain ${chain.chainId}.`);
  await wallet.switchTo(chain.chainId);
  if ((await wallet.chainId()) !== chain.chainId) throw new ShopTrouble({ kind: "wrong-chain", actual });
}

/** Tells how far a transaction is, until the platform has seen what it did. */
export function tellCourse(hash: Hash, wallet: Wallet, chain: ChainStatus, say: (text: string) => void, isSeen: () => Promise<boolean>, wait: () => Promise<void>): Promise<void> {
  return followCourse(hash, wallet, chain.confirmations, (progress) => say(
    progress.kind === "in-block" ? `In block ${progress.block}: ${progress.depth} of ${progress.needed} confirmations.` : progress.kind === "sent" ? "Sent. Waiting for a block." : "Waiting for the platform to see it.",
  ), isSeen, wait);
}
