import { toHex } from "../verify/bytes.js";

const maxShown = 120;

/** A name of an entry, which may have 65,000 characters: as much as a line of a list takes. */
export function shortened(name: string): string {
  return name.length > maxShown ? `${name.slice(0, maxShown)}…` : name;
}

/** `12,345`. */
export function count(value: bigint | number): string {
  return value.toLocaleString("en");
}

/** `1 entry`, `12,345 entries`. */
export function counted(value: bigint | number, one: string, many = `${one}s`): string {
  return `${count(value)} ${Number(value) === 1 ? one : many}`;
}

/** `21 Nov 2026, 11:32:04.123456 UTC`, of Unix microseconds. */
export function preciseTime(microseconds: bigint): string {
  const fraction = (microseconds % 1_000_000n).toString().padStart(6, "0");
  return `${parts(Number(microseconds / 1000n), true)}.${fraction} UTC`;
}

/** `21 Nov 2026, 11:32:04`, of Unix microseconds. */
export function recordedTime(microseconds: bigint): string {
  return parts(Number(microseconds / 1000n), true);
}

/** `21 Nov 2026, 11:32 UTC`, of Unix milliseconds. */
export function time(milliseconds: number): string {
  return `${parts(milliseconds, false)} UTC`;
}

/** `11:32:04 UTC`, of Unix milliseconds. */
export function clock(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
}

/** Enough of a hash to compare by eye. */
export function shortHash(hash: Uint8Array, digits = 8): string {
  return `${toHex(hash.subarray(0, Math.ceil(digits / 2))).slice(0, digits)}…`;
}

/** A hash in groups of eight digits, to be read aloud. */
export function grouped(hash: Uint8Array): string {
  return toHex(hash).replace(/.{8}(?=.)/g, "$& ");
}

function parts(milliseconds: number, seconds: boolean): string {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}),
  }).format(milliseconds);
}
