import { type Address, type Hex, readHex } from "./chainValues.js";
import type { TokenFacts } from "./coins.js";

/** Whoever asks a contract by the wallet's own node: `eth_call`. */
export interface Reader {
  call(to: Address, data: Hex): Promise<Hex>;
}

/** Function selectors of ERC-20 (EIP-20). */
const selectors = { symbol: "0x95d89b41", decimals: "0x313ce567", balanceOf: "0x70a08231", allowance: "0xdd62ed3e", approve: "0x095ea7b3" } as const;

/** Symbols are three to five letters; a longer one is a sentence. */
const maxSymbol = 12;
/** 10^36 in 256 bits leaves room for amounts; real tokens have up to 24. */
const maxDecimals = 36n;

/** What a token says of itself; undefined where it says nothing that can be shown, or nothing at all stands at its address. */
export async function readTokenFacts(reader: Reader, token: Address): Promise<TokenFacts | undefined> {
  const [symbol, decimals] = await Promise.all([reader.call(token, selectors.symbol), reader.call(token, selectors.decimals)]);
  const [said, digits] = [symbolOf(symbol), wordOf(decimals)];
  return said !== undefined && digits !== undefined && digits <= maxDecimals ? { symbol: said, decimals: Number(digits) } : undefined;
}

/** What an account has of a token, in its smallest units; undefined where the token does not say. */
export async function readBalance(reader: Reader, token: Address, account: Address): Promise<bigint | undefined> {
  return wordOf(await reader.call(token, `${selectors.balanceOf}${wordFrom(account)}`));
}

/** How much of it a contract may take. */
export async function readAllowance(reader: Reader, token: Address, account: Address, contract: Address): Promise<bigint | undefined> {
  return wordOf(await reader.call(token, `${selectors.allowance}${wordFrom(account)}${wordFrom(contract)}`));
}

/** The calldata that lets a contract take so much, and no more. */
export function approveData(contract: Address, amount: bigint): Hex {
  return `${selectors.approve}${wordFrom(contract)}${amount.toString(16).padStart(64, "0")}`;
}

function wordFrom(address: Address): string {
  return address.slice(2).toLowerCase().padStart(64, "0");
}

function wordOf(answer: Hex): bigint | undefined {
  return answer.length >= 66 ? BigInt(answer.slice(0, 66)) : undefined;
}

/** A string as the ABI has it, or, of the oldest tokens, 32 bytes filled up with zeros. */
function symbolOf(answer: Hex): string | undefined {
  const [first, length] = [wordOf(answer), wordOf(`0x${answer.slice(66, 130)}`)];
  const digits = first === 32n && length !== undefined && length <= 64n ? answer.slice(130, 130 + 2 * Number(length)) : answer.length === 66 ? answer.slice(2).replace(/(00)*$/, "") : "";
  const bytes = readHex(`0x${digits}`) ? Uint8Array.from(digits.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)) : new Uint8Array();
  const symbol = new TextDecoder().decode(bytes).replace(/[^\p{L}\p{N}.$-]/gu, "");
  return symbol === "" ? undefined : symbol.slice(0, maxSymbol);
}
