/** What goes wrong at a wallet, as far as the page can say something of it. */
export type WalletFault =
  /** The viewer said no (EIP-1193: 4001). */
  | "rejected"
  /** This page may not ask that (4100), or there is no account it was given. */
  | "unauthorized"
  /** The wallet cannot do that (4200, or -32601 of JSON-RPC). */
  | "unsupported"
  /** It has lost its node (4900, 4901). */
  | "disconnected"
  /** It does not know the chain (4902, EIP-3085). */
  | "unknown-chain"
  /** A question of this page is open in it already (-32002). */
  | "busy"
  | "insufficient-funds"
  /** The contract would refuse it, or did. */
  | "reverted"
  /** It answers what cannot be. */
  | "answer-malformed"
  /** It does not answer. */
  | "silent"
  | "failed";

/** As much of a wallet's words as is shown. */
const maxDetail = 200;

export class WalletProblem extends Error {
  constructor(
    readonly fault: WalletFault,
    readonly detail = "",
  ) {
    super(`${fault} ${detail}`);
  }
}

const byCode: ReadonlyMap<number, WalletFault> = new Map([
  [4001, "rejected"], [4100, "unauthorized"], [4200, "unsupported"], [-32601, "unsupported"], [4900, "disconnected"], [4901, "disconnected"], [4902, "unknown-chain"], [-32002, "busy"],
]);

/** Reads what a wallet threw, which may be anything. Nodes say by words alone that coins are missing, or that a contract refuses. */
export function walletProblemOf(thrown: unknown): WalletProblem {
  if (thrown instanceof WalletProblem) return thrown;
  const layers = layersOf(thrown);
  const detail = layers.map(({ message }) => message).find((message) => message !== "") ?? "";
  const said = layers.map(({ message }) => message).join("\n");
  for (const { code } of layers) {
    const fault = code === undefined ? undefined : byCode.get(code);
    if (fault) return new WalletProblem(fault, detail);
  }
  if (/insufficient (funds|balance)|not enough funds/i.test(said)) return new WalletProblem("insufficient-funds", detail);
  return new WalletProblem(/revert/i.test(said) || layers.some(({ code }) => code === 3) ? "reverted" : "failed", detail);
}

// Wallets put the node's error into `data`, some into `data.originalError` or `cause`.
function layersOf(thrown: unknown): { code: number | undefined; message: string }[] {
  const layers: { code: number | undefined; message: string }[] = [];
  let next: unknown = thrown;
  for (let depth = 0; depth < 4 && typeof next === "object" && next !== null; depth++) {
    const { code, message, data, cause, originalError } = next as Record<string, unknown>;
    layers.push({ code: typeof code === "number" ? code : undefined, message: typeof message === "string" ? message.slice(0, maxDetail) : "" });
    next = originalError ?? data ?? cause;
  }
  return layers.length > 0 ? layers : [{ code: undefined, message: typeof thrown === "string" ? thrown.slice(0, maxDetail) : "" }];
}
