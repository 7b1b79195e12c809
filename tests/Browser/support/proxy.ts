import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { browserTests } from "./repository.js";
import { sleep } from "./until.js";

/** What a proxy does with one answer: another body, another answer, or (undefined) leaves it. */
export type Change = (path: string, body: Buffer) => Buffer | { status: number; headers?: Record<string, string>; body: string } | undefined;

/**
 * Stands between browser and server: on the same origin it adds the stock players' pages, counts requests, and changes
 * answers as a hostile cache would.
 */
export class Proxy {
  change: Change = () => undefined;
  /** How long an answer is kept back, in milliseconds. */
  delay: (path: string) => number = () => 0;
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(private readonly target: string) {
    this.#server = createServer((request, response) => {
      this.#forward(request, response).catch(() => response.writableEnded || response.writeHead(502).end());
    });
  }

  static async start(target: string): Promise<Proxy> {
    const proxy = new Proxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    this.asked.push(path);
    const own = ownFiles[path.split("?")[0] ?? ""];
    if (own) return void response.writeHead(200, { "content-type": own.type }).end(readFileSync(join(browserTests, own.file)));

    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !["host", "connection", "content-length", "if-none-match", "accept-encoding"].includes(name)),
    ) as Record<string, string>;
    const method = request.method ?? "GET";
    const answer = await fetch(this.target + path, { method, headers, ...(parts.length > 0 ? { body: Buffer.concat(parts) } : {}) });
    const body = Buffer.from(await answer.arrayBuffer());
    await sleep(this.delay(path));
    const changed = answer.ok || path.startsWith("/v1/") || path.startsWith("/log/") ? this.change(path, body) : undefined;
    if (changed && !Buffer.isBuffer(changed)) {
      return void response.writeHead(changed.status, changed.headers).end(changed.body);
    }
    const kept = [...answer.headers].filter(([name]) => !["content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"].includes(name));
    // The MPD names the licence server by the server's own address: through the proxy that is the proxy.
    const sent = path.endsWith(".mpd") ? Buffer.from(body.toString().replaceAll(this.target, this.url)) : (changed ?? body);
    // A log of the test's own has paths that the server's has not.
    const status = changed && path.startsWith("/log/") ? 200 : answer.status;
    response.writeHead(status, { ...Object.fromEntries(kept), "content-length": sent.length }).end(method === "HEAD" ? undefined : sent);
  }
}

/** The stock players as their packages ship them, and a bare page for each. */
const ownFiles: Record<string, { file: string; type: string }> = {
  "/stock/hls.html": { file: "players/hls.html", type: "text/html" },
  "/stock/shaka.html": { file: "players/shaka.html", type: "text/html" },
  "/stock/dash.html": { file: "players/dash.html", type: "text/html" },
  "/stock/hls.js": { file: "node_modules/hls.js/dist/hls.min.js", type: "text/javascript" },
  "/stock/shaka.js": { file: "node_modules/shaka-player/dist/shaka-player.compiled.js", type: "text/javascript" },
  "/stock/dash.js": { file: "node_modules/dashjs/dist/modern/umd/dash.all.min.js", type: "text/javascript" },
};
