import { type Address, isSame, nativeCoin } from "./chainValues.js";

/** The smallest units of a chain's own coin in one coin, by ten's power: all chains that follow Ethereum's yellow paper. */
const coinDecimals = 18;

/** Chains whose coin people know by a name. */
const coins: ReadonlyMap<bigint, string> = new Map([
  [1n, "ETH"], [10n, "ETH"], [8453n, "ETH"], [42161n, "ETH"], [11155111n, "test ETH"], [17000n, "test ETH"], [56n, "BNB"], [100n, "xDAI"], [137n, "POL"],
]);

/** `1000000000000000` with 18 decimals is `0.001`; nothing is rounded away. */
export function inWholeUnits(amount: bigint, decimals = coinDecimals): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const [whole, fraction] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals).replace(/0+$/, "")];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === "" ? grouped : `${grouped}.${fraction}`;
}

/** The other way: `0.001` coins are 10^15 of the smallest unit; undefined where the text is no such amount. */
export function inSmallestUnits(text: string): bigint | undefined {
  const match = /^(\d{1,12})(?:[.,](\d{1,18}))?$/.exec(text.trim());
  return match ? BigInt(`${match[1]}${(match[2] ?? "").padEnd(coinDecimals, "0")}`) : undefined;
}

/** A token's symbol and decimals: its own word, that anybody can give. */
export interface TokenFacts {
  readonly symbol: string;
  readonly decimals: number;
}

/** What tokens say of themselves, by their addresses in small letters. */
export type Tokens = ReadonlyMap<string, TokenFacts>;

/** An amount as people read it. Of a token that nobody has asked, only its smallest unit is known. */
export function describeAmount(amount: bigint, currency: Address, chainId: bigint, tokens: Tokens = new Map()): string {
  if (!isSame(currency, nativeCoin)) {
    const token = tokens.get(currency.toLowerCase());
    return token ? `${inWholeUnits(amount, token.decimals)} ${token.symbol}` : `${inWholeUnits(amount, 0)} smallest units of the token ${currency}`;
  }
  return `${inWholeUnits(amount)} ${coins.get(chainId) ?? (amount === 10n ** BigInt(coinDecimals) ? "coin" : "coins")}`;
}
