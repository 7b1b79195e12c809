import { type Address, type Hash, type Hex, readAddress, readHash, readHex, readQuantity, readSeconds, readWhole } from "./chainValues.js";

/** What the platform says of the chain that it follows: docs/formats/api.md#the-chain. */
export interface ChainStatus {
  readonly chainId: bigint;
  readonly tickets: Address;
  /** Whose tokens say whose a broadcast is. */
  readonly ownership: Address;
  /** The platform's account, which submits its log's checkpoints. */
  readonly account: Address;
  /** What the contracts know its log by. */
  readonly origin: Hash;
  /** How deep a block must lie, its own being the first. */
  readonly confirmations: number;
  readonly problem: { readonly code: string; readonly detail: string } | undefined;
}

export type SaleState = "open" | "started" | "refunding" | "settled";

/** Tickets on sale, and what the sale has fixed for good. Times in Unix milliseconds. */
export interface Sale {
  readonly number: bigint;
  readonly state: SaleState;
  readonly cancelled: boolean;
  readonly sold: bigint;
  readonly supply: bigint;
  readonly currency: Address;
  readonly price: bigint;
  readonly submitter: Address;
  readonly origin: Hash;
  readonly saleOpens: number;
  readonly saleCloses: number;
  readonly starts: number;
  readonly startDeadline: number;
  readonly ends: number;
  readonly claimDeadline: number;
  readonly transfers: "never" | "until-start" | "always";
  /** In ten-thousandths of the face value. */
  readonly transferFee: number;
  readonly voucherOnly: boolean;
}

export interface Sales {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly items: readonly Sale[];
}

export interface HeldTicket {
  readonly number: bigint;
  readonly sale: bigint;
  readonly face: bigint;
  readonly paid: bigint;
}

/** A transaction that the platform made up, for a wallet to sign. */
export interface Prepared {
  readonly chainId: bigint;
  readonly to: Address;
  readonly data: Hex;
  readonly value: bigint;
}

export interface Purchase {
  readonly transaction: Prepared;
  readonly approval: Prepared | undefined;
}

export interface Outage {
  readonly from: number;
  readonly until: number;
}

/** As many as the platform lists at most. */
const maxItems = 100;
const maxOutages = 64;
/** ERC-4361 as docs/formats/wallet-sign-in.md bounds it. */
const maxMessage = 4096;
const maxToken = 4096;

type Fields = Readonly<Record<string, unknown>>;

export function readChainStatus(answer: unknown): ChainStatus | undefined {
  const { chainId, contracts, account, origin, confirmations, problem } = fields(answer);
  const read = { chainId: readWhole(chainId), tickets: readAddress(fields(contracts)["tickets"]), ownership: readAddress(fields(contracts)["ownership"]), account: readAddress(account), origin: readHash(origin), confirmations: readWhole(confirmations) };
  if (read.confirmations === undefined || read.confirmations > 100_000n) return undefined;
  const { code, detail } = fields(problem);
  const said = typeof code === "string" ? { code: code.slice(0, 64), detail: typeof detail === "string" ? detail.slice(0, 200) : "" } : undefined;
  return complete({ ...read, confirmations: Number(read.confirmations), problem: said }, "problem");
}

/** Sales that cannot be read whole are left out: nobody can be asked to buy what is not understood. */
export function readSales(answer: unknown): Sales | undefined {
  const { chainId, contract, items } = fields(answer);
  return complete({ chainId: readWhole(chainId), contract: readAddress(contract), items: list(items).flatMap((item) => readSale(item) ?? []) });
}

export function readTickets(answer: unknown): readonly HeldTicket[] {
  return list(fields(answer)["items"]).flatMap((item) => {
    const { ticket, sale, standing, face, paid } = fields(item);
    const read = complete({ number: readWhole(ticket), sale: readWhole(sale), face: readWhole(face), paid: readWhole(paid) });
    return read && standing === "held" ? [read] : [];
  });
}

export function readPrepared(answer: unknown): Prepared | undefined {
  const { chainId, to, data, value } = fields(answer);
  return complete({ chainId: readWhole(chainId), to: readAddress(to), data: readHex(data), value: readQuantity(value) });
}

/** A purchase, and the permission to take its price, where that is in a token. */
export function readPurchase(answer: unknown): Purchase | undefined {
  const { approval } = fields(answer);
  const [transaction, permission] = [readPrepared(answer), readPrepared(approval)];
  return transaction && (permission || approval === null || approval === undefined) ? { transaction, approval: permission } : undefined;
}

export function readClaim(answer: unknown): { readonly transaction: Prepared; readonly outages: readonly Outage[] } | undefined {
  const { transaction, outages } = fields(answer);
  const read = list(outages, maxOutages).map((outage) => ({ from: time(fields(outage)["from"]), until: time(fields(outage)["until"]) }));
  return complete({ transaction: readPrepared(transaction), outages: read.flatMap((outage) => complete(outage) ?? []) });
}

/** The message for a wallet to sign. What it says is the wallet's to show; here it is bounded, and plain ASCII. */
export function readSignInMessage(answer: unknown): string | undefined {
  const { message } = fields(answer);
  return typeof message === "string" && message.length <= maxMessage && /^[\x20-\x7e\n]+$/.test(message) ? message : undefined;
}

export function readToken(answer: unknown): string | undefined {
  const { token } = fields(answer);
  return typeof token === "string" && token.length <= maxToken && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? token : undefined;
}

function readSale(item: unknown): Sale | undefined {
  const { sale, state, cancelled, sold, terms } = fields(item);
  const t = fields(terms);
  const fee = readWhole(t["transferFee"]);
  return complete({
    number: readWhole(sale),
    state: state === "open" || state === "started" || state === "refunding" || state === "settled" ? state : undefined,
    cancelled: cancelled === true,
    sold: readWhole(sold),
    supply: readWhole(t["supply"]),
    currency: readAddress(t["currency"]),
    price: readWhole(t["price"]),
    submitter: readAddress(t["submitter"]),
    origin: readHash(t["origin"]),
    saleOpens: readSeconds(t["saleOpens"]),
    saleCloses: readSeconds(t["saleCloses"]),
    starts: readSeconds(t["starts"]),
    startDeadline: readSeconds(t["startDeadline"]),
    ends: readSeconds(t["ends"]),
    claimDeadline: readSeconds(t["claimDeadline"]),
    transfers: (["never", "until-start", "always"] as const)[Number(readWhole(t["transfers"]) ?? 3n)],
    transferFee: fee !== undefined && fee <= 10_000n ? Number(fee) : undefined,
    voucherOnly: t["voucherOnly"] === true,
  });
}

function time(value: unknown): number | undefined {
  const read = typeof value === "string" && value.length <= 40 ? Date.parse(value) : Number.NaN;
  return Number.isFinite(read) ? read : undefined;
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown, most = maxItems): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

type Whole<T, K extends keyof T> = { readonly [P in keyof T]: P extends K ? T[P] : NonNullable<T[P]> };

/** All of it or nothing. */
function complete<T extends object, K extends keyof T = never>(value: T, optional?: K): Whole<T, K> | undefined {
  return Object.entries(value).every(([name, member]) => name === optional || member !== undefined) ? (value as Whole<T, K>) : undefined;
}
