import { type Fragment, type FragmentLoaderContext, type HlsConfig, type Loader, type LoaderCallbacks, type LoaderConfiguration, LoadStats } from "hls.js";
import type { FetchTimes } from "../swarm/origin.js";
import type { Bytes } from "../verify/bytes.js";
import { HttpStatusError } from "../network/fetchBounded.js";
import { RefusedError, type VerifiedDelivery } from "./verifiedDelivery.js";

/** Given to hls.js as an HTTP status for what failed a check: in the 4xx range it does not try again by itself. */
export const refusedStatus = 422;

/** Makes hls.js's fragment loader (`fLoader`): an adapter, all decisions are in VerifiedDelivery. */
export function verifiedLoader(
  delivery: VerifiedDelivery,
  witnessFor: (init: Fragment) => string | undefined,
  neededIn: (fragment: Fragment) => number | undefined,
): new (config: HlsConfig) => Loader<FragmentLoaderContext> {
  // What the origin's first byte took last. Peers' bytes have none that says anything of the network.
  let lastFirstByteMs = 100;
  return class VerifiedLoader implements Loader<FragmentLoaderContext> {
    context: FragmentLoaderContext | null = null;
    stats = new LoadStats();
    readonly #abort = new AbortController();
    #callbacks: LoaderCallbacks<FragmentLoaderContext> | undefined;
    #timer: ReturnType<typeof setTimeout> | undefined;

    load(context: FragmentLoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<FragmentLoaderContext>): void {
      this.context = context;
      this.#callbacks = callbacks;
      this.stats.loading.start = performance.now();
      this.#timer = setTimeout(() => this.#timeOut(), config.loadPolicy.maxLoadTimeMs);
      this.#deliver(context).then(
        (bytes) => this.#succeed(context, bytes),
        (error: unknown) => this.#fail(context, error),
      );
    }

    abort(): void {
      if (!this.#callbacks || !this.context) return;
      const { onAbort } = this.#callbacks;
      this.#stop();
      onAbort?.(this.stats, this.context, null);
    }

    destroy(): void {
      this.#stop();
      this.context = null;
    }

    #deliver(context: FragmentLoaderContext): Promise<Bytes> {
      const { stats } = this;
      const progress = {
        signal: this.#abort.signal,
        onHeaders: (length: number) => {
          stats.loading.first ||= performance.now();
          lastFirstByteMs = stats.loading.first - stats.loading.start;
          stats.total = length;
        },
        onBytes: (loaded: number) => void (stats.loaded = loaded),
        // The time of checking is not the network's: the bandwidth estimate must not see it.
        onArrived: (length: number) => {
          stats.loaded = stats.total = length;
          stats.loading.end = performance.now();
        },
        // hls.js samples its estimate from these: of a segment that waited for neighbours only what the origin gave says how fast the line is, and without any of that there
        // is no sample.
        onSwarmed: (length: number, origin: FetchTimes) => {
          stats.total = length;
          stats.loaded = Math.min(origin.bytes, length);
          stats.loading.end = performance.now();
          if (origin.bytes > 0) lastFirstByteMs = origin.firstByteMs;
          stats.loading.start = stats.loading.end - origin.ms - lastFirstByteMs;
          stats.loading.first = stats.loading.start + lastFirstByteMs;
        },
        onTurned: () => void (stats.loading.start = performance.now()),
      };
      const { frag } = context;
      if (frag.sn === "initSegment") return delivery.init(context.url, witnessFor(frag) ?? "", progress);
      return delivery.segment(context.url, frag.sn, frag.initSegment?.url ?? "", { ...progress, neededIn: neededIn(frag) });
    }

    #succeed(context: FragmentLoaderContext, bytes: Bytes): void {
      const callbacks = this.#callbacks;
      if (!callbacks) return;
      this.#stop();
      this.stats.loading.end ||= performance.now();
      this.stats.chunkCount = 1;
      callbacks.onSuccess({ url: context.url, data: bytes.buffer, code: 200 }, this.stats, context, null);
    }

    #fail(context: FragmentLoaderContext, error: unknown): void {
      const callbacks = this.#callbacks;
      if (!callbacks) return;
      this.#stop();
      const code = error instanceof RefusedError ? refusedStatus : error instanceof HttpStatusError ? error.status : 0;
      callbacks.onError({ code, text: String(error instanceof Error ? error.message : error) }, context, null, this.stats);
    }

    #timeOut(): void {
      const callbacks = this.#callbacks;
      if (!callbacks || !this.context) return;
      this.#stop();
      callbacks.onTimeout(this.stats, this.context, null);
    }

    /** After this no callback fires, whatever still arrives. */
    #stop(): void {
      clearTimeout(this.#timer);
      if (this.#callbacks && !this.stats.loading.end) this.stats.aborted = true;
      this.#callbacks = undefined;
      this.#abort.abort();
    }
  };
}
