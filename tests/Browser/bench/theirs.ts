import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { browserTests } from "../support/repository.js";

const files: Record<string, readonly [path: string, type: string]> = {
  "/p2p.html": ["bench/p2p.html", "text/html"],
  "/hls.js": ["bench/node_modules/hls.js/dist/hls.min.js", "text/javascript"],
  "/core.js": ["bench/node_modules/p2p-media-loader-core/dist/p2p-media-loader-core.es.min.js", "text/javascript"],
  "/engine.js": ["bench/node_modules/p2p-media-loader-hlsjs/dist/p2p-media-loader-hlsjs.es.min.js", "text/javascript"],
};

interface Tracker {
  listen(port: number, host: string, then: () => void): void;
  close(then: () => void): void;
  readonly ws: { address(): AddressInfo };
}

/** p2p-media-loader as its package ships it, with hls.js without a worker, and the tracker that it needs. */
export class Theirs {
  private constructor(
    private readonly pages: Server,
    private readonly tracker: Tracker,
  ) {}

  static async start(): Promise<Theirs> {
    const pages = createServer((request, response) => {
      const file = files[(request.url ?? "").split("?")[0] ?? ""];
      if (file) response.writeHead(200, { "content-type": file[1] }).end(readFileSync(join(browserTests, file[0])));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => pages.listen(0, "127.0.0.1", resolve));
    // Its main module loads native parts that are not there.
    const made = pathToFileURL(join(browserTests, "bench/node_modules/bittorrent-tracker/server.js")).href;
    const { default: Made } = (await import(made)) as { default: new (settings: object) => Tracker };
    const tracker = new Made({ udp: false, http: false, ws: true, stats: false });
    await new Promise<void>((resolve) => tracker.listen(0, "127.0.0.1", resolve));
    return new Theirs(pages, tracker);
  }

  /** The address of a page that plays a broadcast. */
  address(server: string, broadcast: string, token: string, isTuned: boolean): string {
    const query = new URLSearchParams({
      manifest: `${server}/live/${broadcast}/master.m3u8`, licences: `${server}/v1/licences`, token, tracker: `ws://127.0.0.1:${this.tracker.ws.address().port}`, ...(isTuned ? { tuned: "yes" } : {}),
    });
    return `http://127.0.0.1:${(this.pages.address() as AddressInfo).port}/p2p.html?${query}`;
  }

  async stop(): Promise<void> {
    this.pages.closeAllConnections();
    await Promise.all([new Promise((resolve) => this.pages.close(resolve)), new Promise<void>((resolve) => this.tracker.close(resolve))]);
  }
}
