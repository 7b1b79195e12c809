/** `0x` and hexadecimal digits, of a length that was looked at. */
export type Hex = `0x${string}`;
/** An account's or a contract's: 40 digits. */
export type Address = Hex & { readonly of?: "address" };
/** Of a transaction or a block: 64 digits. */
export type Hash = Hex & { readonly of?: "hash" };

/** In a sale, the chain's own coin. */
export const nativeCoin = `0x${"0".repeat(40)}` as Address;

/** The longest calldata that is taken: a claim with 64 proofs has under 200,000 digits. */
const maxDigits = 512 * 1024;

export function readAddress(value: unknown): Address | undefined {
  return typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value) ? (value as Address) : undefined;
}

export function readHash(value: unknown): Hash | undefined {
  return typeof value === "string" && /^0x[0-9a-fA-F]{64}$/.test(value) ? (value as Hash) : undefined;
}

/** Whole bytes. */
export function readHex(value: unknown, digits = maxDigits): Hex | undefined {
  return typeof value === "string" && value.length <= digits + 2 && value.length % 2 === 0 && /^0x[0-9a-fA-F]*$/.test(value) ? (value as Hex) : undefined;
}

/** A quantity as nodes write it: at most 256 bits, here not only without leading zeros, since wallets are not all strict. */
export function readQuantity(value: unknown): bigint | undefined {
  return typeof value === "string" && /^0x[0-9a-fA-F]{1,64}$/.test(value) ? BigInt(value) : undefined;
}

/** A whole number as the platform writes it: a decimal text, or a number where that is exact; at most 256 bits. */
export function readWhole(value: unknown): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === "string" && /^(0|[1-9][0-9]{0,77})$/.test(value) ? BigInt(value) : undefined;
}

/** A time in Unix seconds, as milliseconds; undefined beyond what a date can be. */
export function readSeconds(value: unknown): number | undefined {
  const seconds = readWhole(value);
  return seconds !== undefined && seconds <= 8_640_000_000_000n ? 1000 * Number(seconds) : undefined;
}

/** Checksums are written in the letters' case, which names nothing else. */
export function isSame(one: Hex | undefined, other: Hex | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase();
}

export function toQuantity(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

/** `0x1234…cdef`, for where the whole one stands near. */
export function shortened(address: Hex): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
