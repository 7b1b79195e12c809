import type { Bytes } from "../verify/bytes.js";

/** An answer other than 200. */
export class HttpStatusError extends Error {
  constructor(
    readonly status: number,
    url: string,
  ) {
    super(`${status} for ${url}`);
  }
}

/** More bytes came than anything of this kind may have. */
export class TooLongError extends Error {}

/** Loads a whole body of at most `limit` bytes into a buffer of its own, which can then be transferred to the worker. */
export async function fetchBounded(
  url: string,
  limit: number,
  options: { signal: AbortSignal; cache: RequestCache; onHeaders?: (length: number) => void; onBytes?: (loaded: number) => void },
): Promise<Bytes> {
  const response = await fetch(url, { signal: options.signal, cache: options.cache, credentials: "omit", redirect: "error" });
  if (response.status !== 200) throw new HttpStatusError(response.status, url);

  const declared = Number(response.headers.get("content-length") ?? 0);
  options.onHeaders?.(declared);
  if (declared > limit) throw new TooLongError(url);

  let buffer = new Uint8Array(Math.max(declared, 16384));
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const bytes = part.value;
    if (loaded + bytes.length > limit) {
      await reader?.cancel();
      throw new TooLongError(url);
    }
    if (loaded + bytes.length > buffer.length) {
      const larger = new Uint8Array(Math.min(limit, Math.max(2 * buffer.length, loaded + bytes.length)));
      larger.set(buffer.subarray(0, loaded));
      buffer = larger;
    }
    buffer.set(bytes, loaded);
    loaded += bytes.length;
    options.onBytes?.(loaded);
  }
  return loaded === buffer.length ? buffer : buffer.slice(0, loaded);
}
