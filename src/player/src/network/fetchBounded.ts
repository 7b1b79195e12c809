import type { Bytes } from "../verify/bytes.js";

/** An answer other than 200. */
export class HttpStatusError extends Error {
  constructor(
    readonly status: number,
    url: string,
    /** The answer, its body not read yet. */
    readonly response: Response,
  ) {
    super(`${status} for ${url}`);
  }
}

/** More bytes came than anything of this kind may have. */
export class TooLongError extends Error {}

interface Progress {
  readonly onHeaders?: (length: number) => void;
  /** `buffer` has as many bytes of the body as are loaded, from its start. */
  readonly onBytes?: (loaded: number, buffer: Bytes) => void;
}

/** Loads a whole body of at most `limit` bytes into a buffer of its own, which can then be transferred to the worker. */
export async function fetchBounded(
  url: string,
  limit: number,
  options: Progress & { readonly signal: AbortSignal; readonly cache: RequestCache; readonly headers?: Record<string, string> },
): Promise<Bytes> {
  const { signal, cache, headers = {} } = options;
  const response = await fetch(url, { signal, cache, headers, credentials: "omit", redirect: "error" });
  if (response.status !== 200) throw new HttpStatusError(response.status, url, response);
  return readBounded(response, limit, options);
}

/** Reads the body of an answer, at most `limit` bytes. */
export async function readBounded(response: Response, limit: number, progress: Progress = {}): Promise<Bytes> {
  const declared = Number(response.headers.get("content-length") ?? 0);
  progress.onHeaders?.(declared);
  if (declared > limit) throw new TooLongError(response.url);

  let buffer = new Uint8Array(Math.max(declared, 16384));
  let loaded = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    const bytes = part.value;
    if (loaded + bytes.length > limit) {
      await reader?.cancel();
      throw new TooLongError(response.url);
    }
    if (loaded + bytes.length > buffer.length) {
      const larger = new Uint8Array(Math.min(limit, Math.max(2 * buffer.length, loaded + bytes.length)));
      larger.set(buffer.subarray(0, loaded));
      buffer = larger;
    }
    buffer.set(bytes, loaded);
    loaded += bytes.length;
    progress.onBytes?.(loaded, buffer);
  }
  return loaded === buffer.length ? buffer : buffer.slice(0, loaded);
}
