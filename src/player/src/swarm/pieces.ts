import type { PeerMessage } from "../peering/messages.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";

/** A neighbour is given so long for what is small. */
const patienceMs = 500;
/** What came from elsewhere meanwhile may still come for so long. */
const graceMs = 30_000;
/** Requests for these are told from those for chunks by their numbers. */
const firstRequest = 2 ** 31;

interface Arriving {
  readonly link: LinkSession;
  /** Bytes that messages have brought, and of how many. */
  brought: number;
  total: number | undefined;
  whole: Bytes | undefined;
  came: number;
  readonly settle: (file: Bytes | undefined) => void;
}

type Piece = Extract<PeerMessage, { type: "piece" }>;

/** Records and init segments as they come from neighbours, piece by piece. What is in them is for others to check. */
export class Pieces {
  readonly #arriving = new Map<number, Arriving>();
  #nextRequest = firstRequest;

  constructor(private readonly clock: Clock) {}

  /** Asks one neighbour; undefined if it has it not, or says nothing for too long. */
  ask(link: LinkSession, send: (request: number) => void): Promise<Bytes | undefined> {
    const request = this.#nextRequest++;
    return new Promise((settle) => {
      this.#arriving.set(request, { link, brought: 0, total: undefined, whole: undefined, came: 0, settle });
      send(request);
      this.clock.after(patienceMs, () => settle(undefined));
      this.clock.after(patienceMs + graceMs, () => this.#arriving.delete(request));
    });
  }

  /** A piece is there: true if this neighbour was asked for it, and it is the next. To be asked of each once, as it comes. */
  brings(link: LinkSession, { request, total, offset, bytes }: Piece): boolean {
    const arriving = this.#arriving.get(request);
    if (arriving?.link !== link || offset !== arriving.brought || total !== (arriving.total ??= total)) return false;
    arriving.brought += bytes.length;
    return true;
  }

  /** Takes a piece that was looked at as it came. */
  took({ request, total, offset, bytes }: Piece): void {
    const arriving = this.#arriving.get(request);
    if (!arriving) return;
    const whole = (arriving.whole ??= new Uint8Array(total));
    whole.set(bytes, offset);
    arriving.came += bytes.length;
    if (arriving.came !== total) return;
    this.#arriving.delete(request);
    arriving.settle(whole);
  }

  /** The neighbour will not answer; false if nobody asked it by that number. */
  no(link: LinkSession, request: number): boolean {
    const arriving = this.#arriving.get(request);
    if (arriving?.link !== link) return false;
    this.#arriving.delete(request);
    arriving.settle(undefined);
    return true;
  }
}
