import { fromBase64Url } from "../verify/base64Url.js";
import { fromUtf8 } from "../verify/log/utf8.js";
import { type Address, type Hex, readAddress, readHex, readWhole } from "./chainValues.js";

/** A broadcaster's word that somebody may have a ticket: EIP-712, docs/formats/contracts.md. */
export interface Voucher {
  readonly sale: bigint;
  readonly buyer: Address;
  readonly nonce: bigint;
  /** Unix seconds. */
  readonly deadline: number;
  readonly signature: Hex;
  readonly price: bigint;
}

/** One has some 400 characters. */
const maxText = 4096;

/** Reads a voucher as it is handed on: JSON, or that in base64url. Whether it is good the platform says, and the chain. */
export function readVoucher(text: string): Voucher | undefined {
  const given = text.trim();
  if (given.length > maxText) return undefined;
  const json = given.startsWith("{") ? given : fromUtf8(fromBase64Url(given) ?? new Uint8Array());
  let members: unknown;
  try {
    members = JSON.parse(json ?? "");
  } catch {
    return undefined;
  }
  if (typeof members !== "object" || members === null) return undefined;
  const { sale, buyer, nonce, deadline, signature, price } = members as Record<string, unknown>;
  const read = { sale: readWhole(sale), buyer: readAddress(buyer), nonce: readWhole(nonce), deadline: readWhole(deadline), signature: readHex(signature, 130), price: price === undefined || price === null ? 0n : readWhole(price) };
  if (read.sale === undefined || read.buyer === undefined || read.nonce === undefined || read.deadline === undefined || read.signature?.length !== 132 || read.price === undefined) return undefined;
  return read.deadline <= BigInt(Number.MAX_SAFE_INTEGER) ? { ...read, deadline: Number(read.deadline) } as Voucher : undefined;
}

/** As the platform takes it. */
export function toRequest(voucher: Voucher): Record<string, unknown> {
  const { sale, buyer, nonce, deadline, signature, price } = voucher;
  return { sale: String(sale), buyer, nonce: String(nonce), deadline, signature, price: String(price) };
}

/** The voucher of a link, `#voucher=…`. It names its buyer, so it stays in the address: nobody else can watch by it. */
export function voucherOfLink(hash: string): string {
  return new URLSearchParams(hash.slice(1)).get("voucher") ?? "";
}
