import { fetchBounded } from "../network/fetchBounded.js";
import type { FetchTimes } from "../swarm/origin.js";
import type { Begun } from "../swarm/swarm.js";
import { type Bytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";

/** So much of what the origin gives in this time is asked of it at once. */
const partMs = 400;
const restAfterFailureMs = 250;
const mostFailures = 4;

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly cache: RequestCache;
  readonly onHeaders: (length: number) => void;
  readonly onBytes: (loaded: number) => void;
}

/**
 * A segment on its way from the origin, in one go. Where that is slow it can be broken up: from then on it comes a few chunks at a time, by chance which. In a crowd that waits for the same
 * segment, each so has something that others lack, and they can help one another.
 */
export class Download {
  /** The segment's record, once it is here; not checked. */
  record: Bytes | undefined;
  #begunAt = performance.now();
  #firstAt: number | undefined;
  #lastAt: number | undefined;
  #buffer: Bytes = new Uint8Array(0);
  #length = 0;
  #loaded = 0;
  /** Chunks that are here, once it is broken up. */
  #chunks: boolean[] | undefined;
  #whole = new AbortController();

  /** @param range Bytes of the segment, from the first to just before the last. */
  constructor(private readonly range: (from: number, to: number) => Promise<{ readonly bytes: Bytes }>) {}

  get hasBegun(): boolean {
    return this.#loaded > 0;
  }

  get isBroken(): boolean {
    return this.#chunks !== undefined;
  }

  /** Milliseconds that the rest will take if it goes on as it went; undefined before anything is here. */
  get restMs(): number | undefined {
    if (this.#firstAt === undefined || this.#loaded === 0) return undefined;
    return ((this.#length - this.#loaded) * Math.max(1, performance.now() - this.#firstAt)) / this.#loaded;
  }

  /** What others may go on with, if it is given up now; undefined without the record, or before it was broken up. */
  get begun(): Begun | undefined {
    const { took } = this;
    if (!this.record || !this.#chunks || !took) return undefined;
    const chunks = this.#chunks.flatMap((isHere, chunk) => (isHere ? [{ chunk, bytes: this.#buffer.slice(chunk * chunkSize, (chunk + 1) * chunkSize) }] : []));
    return { record: this.record, chunks, took };
  }

  /** What came of it until it ended. */
  get took(): FetchTimes | undefined {
    if (this.#firstAt === undefined) return undefined;
    return { firstByteMs: this.#firstAt - this.#begunAt, ms: (this.#lastAt ?? performance.now()) - this.#begunAt, bytes: this.#loaded };
  }

  breakUp(): void {
    this.#whole.abort();
  }

  /** @throws As {@link fetchBounded} does. */
  async load(url: string, limit: number, { signal, cache, onHeaders, onBytes }: DownloadOptions): Promise<Bytes> {
    this.#whole = new AbortController();
    [this.#begunAt, this.#firstAt, this.#loaded, this.#chunks] = [performance.now(), undefined, 0, undefined];
    try {
      return await fetchBounded(url, limit, {
        signal: AbortSignal.any([signal, this.#whole.signal]), cache,
        onHeaders: (length) => {
          [this.#firstAt, this.#length] = [performance.now(), length];
          onHeaders(length);
        },
        onBytes: (loaded, buffer) => {
          [this.#loaded, this.#buffer, this.#lastAt] = [loaded, buffer, performance.now()];
          onBytes(loaded);
        },
      });
    } catch (error) {
      // Without its length nobody knows what the rest is.
      if (signal.aborted || !this.#whole.signal.aborted || this.#length === 0 || this.#buffer.length !== this.#length) throw error;
    }
    return this.#rest(signal, onBytes);
  }

  async #rest(signal: AbortSignal, onBytes: (loaded: number) => void): Promise<Bytes> {
    const count = Math.ceil(this.#length / chunkSize);
    const chunks = (this.#chunks = Array.from({ length: count }, (_, chunk) => (chunk + 1) * chunkSize <= this.#loaded));
    this.#loaded = chunks.filter(Boolean).length * chunkSize;
    for (let failures = 0, run = 1; chunks.includes(false); ) {
      const missing = chunks.flatMap((isHere, chunk) => (isHere ? [] : [chunk]));
      const first = missing[Math.floor(Math.random() * missing.length)] ?? 0;
      let end = first + 1;
      while (end < count && end - first < run && !chunks[end]) end++;
      const asked = performance.now();
      try {
        const { bytes } = await this.range(first * chunkSize, Math.min(end * chunkSize, this.#length));
        signal.throwIfAborted();
        this.#buffer.set(bytes, first * chunkSize);
        chunks.fill(true, first, end);
        this.#loaded += bytes.length;
        this.#lastAt = performance.now();
        onBytes(this.#loaded);
        run = Math.max(1, Math.floor(((bytes.length / Math.max(1, performance.now() - asked)) * partMs) / chunkSize));
      } catch (error) {
        if (signal.aborted || ++failures > mostFailures) throw error;
        await new Promise((resolve) => setTimeout(resolve, restAfterFailureMs * 2 ** failures));
      }
    }
    return this.#buffer;
  }
}
