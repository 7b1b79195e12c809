import { readBounded } from "../network/fetchBounded.js";
import type { ApiToken } from "../network/apiToken.js";
import { fromUtf8 } from "../verify/log/utf8.js";

/** No answer of the API that this page asks for is longer. */
const maxAnswer = 4 * 1024 * 1024;

/** The server's no, in its own words (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** Stable; empty where the answer was no problem document. */
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${status} ${code}`);
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

/** The REST API of this server, with the token of who signed in. */
export class StudioApi {
  constructor(
    private readonly token: ApiToken,
    /** The token is good no more. */
    private readonly onSignedOut: (problem: Problem) => void,
  ) {}

  get<T>(path: string): Promise<T> {
    return this.#ask("GET", path);
  }

  post<T>(path: string, body?: unknown, idempotencyKey?: string): Promise<T> {
    return this.#ask("POST", path, body, idempotencyKey);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.#ask("PUT", path, body);
  }

  delete(path: string): Promise<void> {
    return this.#ask("DELETE", path);
  }

  async #ask<T>(method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<T> {
    const bytes = body instanceof Uint8Array;
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token.text ?? ""}` };
    if (body !== undefined) headers["Content-Type"] = bytes ? "application/cose" : "application/json";
    if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
    const sent = body === undefined ? {} : { body: bytes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) };
    let [response, text]: [Response | undefined, string] = [undefined, ""];
    try {
      response = await fetch(path, { method, headers, ...sent, credentials: "omit", redirect: "error", cache: "no-store" });
      text = fromUtf8(await readBounded(response, maxAnswer)) ?? "";
    } catch {
      throw new Unreachable();
    }
    if (response.ok) return (text === "" ? undefined : parsed(text)) as T;
    const { code, detail } = (parsed(text) ?? {}) as { code?: unknown; detail?: unknown };
    const problem = new Problem(response.status, typeof code === "string" ? code : "", typeof detail === "string" ? detail : "");
    if (problem.status === 401) this.onSignedOut(problem);
    throw problem;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
