import { fetchBounded, HttpStatusError, readBounded } from "../network/fetchBounded.js";
import type { Bytes } from "../verify/bytes.js";
import { maxRecordFileLength } from "../verify/segmentRecord.js";

const partial = 206;
/** Nobody waits for longer: the scheduler asks again. */
const patienceMs = 15_000;

/** Where a segment and its record are. */
export interface SegmentPlace {
  readonly track: string;
  readonly sequence: number;
}

/** A broadcast at its origin, by parts. */
export class HttpOrigin {
  #requests = 0;

  /** @param base Address of the broadcast, without a slash at its end. */
  constructor(
    private readonly base: string,
    private readonly signal: AbortSignal,
  ) {}

  get requests(): number {
    return this.#requests;
  }

  record({ track, sequence }: SegmentPlace): Promise<Bytes> {
    this.#requests++;
    return fetchBounded(`${this.base}/${track}/${sequence}.record`, maxRecordFileLength, { signal: this.#soon(), cache: "default" });
  }

  /** Bytes `from` to just before `to`. */
  async range({ track, sequence }: SegmentPlace, from: number, to: number): Promise<{ bytes: Bytes; firstByteMs: number }> {
    this.#requests++;
    const url = `${this.base}/${track}/${sequence}.m4s`;
    const begun = performance.now();
    // Not by the browser's cache: it lets one range of an address wait for another, and what is checked is kept in the swarm's own store.
    const response = await fetch(url, {
      signal: this.#soon(), cache: "no-store", headers: { Range: `bytes=${from}-${to - 1}` }, credentials: "omit", redirect: "error",
    });
    const firstByteMs = performance.now() - begun;
    // An origin that does not know Range sends the whole from its start.
    if (response.status !== partial && !(response.status === 200 && from === 0)) {
      await response.body?.cancel();
      throw new HttpStatusError(response.status, url, response);
    }
    const bytes = await readBounded(response, to - from);
    if (bytes.length !== to - from) throw new Error(`${bytes.length} bytes for ${from} to ${to} of ${url}`);
    return { bytes, firstByteMs };
  }

  #soon(): AbortSignal {
    return AbortSignal.any([this.signal, AbortSignal.timeout(patienceMs)]);
  }
}
