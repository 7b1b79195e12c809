import { maxInPieces } from "../peering/messages.js";
import type { Bytes } from "../verify/bytes.js";
import type { Clock } from "./clock.js";
import type { LinkSession } from "./linkSession.js";

/** A neighbour is given so long for what is small. */
const patienceMs = 500;
/** Requests for these are told from those for chunks by their numbers. */
const firstRequest = 2 ** 31;

interface Arriving {
  readonly link: LinkSession;
  whole: Bytes | undefined;
  came: number;
  readonly settle: (file: Bytes | undefined) => void;
}

/** Records and init segments as they come from neighbours, piece by piece. What is in them is for others to check. */
export class Pieces {
  readonly #arriving = new Map<number, Arriving>();
  #nextRequest = firstRequest;

  constructor(private readonly clock: Clock) {}

  /** Asks one neighbour; undefined if it has it not, or says nothing for too long. */
  ask(link: LinkSession, send: (request: number) => void): Promise<Bytes | undefined> {
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      const settle = (file: Bytes | undefined) => {
        this.#arriving.delete(request);
        resolve(file);
      };
      this.#arriving.set(request, { link, whole: undefined, came: 0, settle });
      send(request);
      this.clock.after(patienceMs, () => settle(undefined));
    });
  }

  /** A piece came; passed over if nobody asked this neighbour for it, or it is not the next. */
  took(link: LinkSession, request: number, total: number, offset: number, bytes: Bytes): void {
    const arriving = this.#arriving.get(request);
    if (arriving?.link !== link || offset !== arriving.came || total > maxInPieces) return;
    const whole = (arriving.whole ??= new Uint8Array(total));
    if (whole.length !== total) return;
    whole.set(bytes, offset);
    arriving.came += bytes.length;
    if (arriving.came === total) arriving.settle(whole);
  }

  /** The neighbour will not answer; false if nobody asked it by that number. */
  no(link: LinkSession, request: number): boolean {
    const arriving = this.#arriving.get(request);
    if (arriving?.link !== link) return false;
    arriving.settle(undefined);
    return true;
  }
}
