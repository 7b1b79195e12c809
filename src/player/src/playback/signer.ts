import type { Bytes } from "../verify/bytes.js";
import { fetchBounded, HttpStatusError } from "../network/fetchBounded.js";
import type { Broadcast } from "./liveUrls.js";

/** Longest certificate taken. Ours are under 300 bytes. */
const maxCertificate = 8192;

/** The broadcast was withdrawn; waiting does not bring it. */
export class TakenDownError extends Error {}

/** Waits until the broadcast has a certificate and something to play, asking every two seconds. */
export async function waitForBroadcast(broadcast: Broadcast, waiting: () => void, signal: AbortSignal): Promise<Bytes> {
  for (;;) {
    // Neither waits for the other: a viewer waits for both.
    const [certificate, playable] = await Promise.all([fetchCertificate(broadcast, "no-cache", signal), isPlayable(broadcast, signal)]);
    if (certificate && playable) return certificate;
    waiting();
    await pause(2000, signal);
  }
}

/** The certificate of the broadcast; undefined where there is none yet. */
export async function fetchCertificate(broadcast: Broadcast, cache: RequestCache, signal: AbortSignal): Promise<Bytes | undefined> {
  try {
    return await fetchBounded(`/live/${broadcast.id}/signer`, maxCertificate, { signal, cache });
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    return undefined;
  }
}

/** True once the multivariant playlist names at least one variant. */
async function isPlayable(broadcast: Broadcast, signal: AbortSignal): Promise<boolean> {
  try {
    const bytes = await fetchBounded(`/live/${broadcast.id}/master.m3u8`, 2 ** 20, { signal, cache: "no-cache" });
    return new TextDecoder().decode(bytes).includes("#EXT-X-STREAM-INF:");
  } catch (error) {
    if (signal.aborted || !isPassing(error)) throw error;
    return false;
  }
}

/** Not there yet, a server that restarts, or no network: all of them pass. */
function isPassing(error: unknown): boolean {
  if (error instanceof HttpStatusError && error.status === 410) throw new TakenDownError();
  return !(error instanceof HttpStatusError) || error.status === 404 || error.status === 409 || error.status === 429 || error.status >= 500;
}

export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    }, { once: true });
  });
}
