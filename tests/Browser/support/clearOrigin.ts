import { createReadStream, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type ClearBroadcast, segmentSeconds } from "./clearBroadcast.js";
import { repository } from "./repository.js";

/** Serves a ClearBroadcast as the real origin would, live by the clock, and can be told to misbehave. */
export class ClearOrigin {
  /** Segments that exist when the clock starts; the rest appear one every two seconds. */
  headStart = 6;
  /** Video tracks the multivariant playlist names. */
  variants: readonly string[] = ["v180", "v360"];
  state: "absent" | "live" | "ended" = "live";
  /** Replaces a body; the key is the path after /live/{broadcast}/. */
  readonly replaced = new Map<string, Buffer>();
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  #started = Date.now();
  readonly #server: Server;

  private constructor(readonly broadcast: ClearBroadcast) {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  static async start(broadcast: ClearBroadcast): Promise<ClearOrigin> {
    const origin = new ClearOrigin(broadcast);
    await new Promise<void>((resolve) => origin.#server.listen(0, "127.0.0.1", resolve));
    return origin;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The Watch address with a token nobody checks, pinning the identity unless told otherwise. */
  watchUrl(options: { identity?: string | undefined; token?: string } = { identity: this.broadcast.identity.text }): string {
    const fragment = new URLSearchParams({ token: options.token ?? "e30.e30.e30" });
    if (options.identity) fragment.set("identity", options.identity);
    return `${this.url}/watch/${this.broadcast.id}#${fragment}`;
  }

  restartClock(): void {
    this.#started = Date.now();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? "/", this.url).pathname;
    this.asked.push(path);
    if (path.startsWith("/watch/")) return sendFile(response, "watch.html", "text/html; charset=utf-8");
    if (path.startsWith("/player/")) return sendFile(response, path.slice(8), path.endsWith(".css") ? "text/css" : "text/javascript");
    const live = new RegExp(`^/live/${this.broadcast.id}/(.+)$`).exec(path)?.[1];
    const body = live && this.state !== "absent" ? (this.replaced.get(live) ?? this.#body(live)) : undefined;
    if (!body) return void response.writeHead(404).end();
    const cache = live?.endsWith(".m3u8") || live === "signer" ? "no-cache" : "public, max-age=31536000, immutable";
    response.writeHead(200, { "content-length": body.length, "cache-control": cache }).end(body);
  }

  #body(path: string): Buffer | undefined {
    if (path === "signer") return this.broadcast.certificate;
    if (path === "master.m3u8") return Buffer.from(this.#master());
    const [name = "", file = ""] = path.split("/");
    const track = this.broadcast.track(name);
    if (!track) return undefined;
    if (file === "media.m3u8") return Buffer.from(this.#media(track.segments.length));
    if (file === "init.mp4") return track.init;
    const segment = track.segments[Number.parseInt(file, 10)];
    return file.endsWith(".record") ? segment?.record : segment?.bytes;
  }

  #master(): string {
    const sizes: Record<string, [rate: number, size: string]> = { v180: [320000, "320x180"], v360: [760000, "640x360"] };
    const variants = this.variants.map((name) => {
      const [rate, size] = sizes[name] ?? [0, ""];
      return `#EXT-X-STREAM-INF:BANDWIDTH=${rate},RESOLUTION=${size},CODECS="avc1.42c01e,mp4a.40.2",AUDIO="a"\n${name}/media.m3u8\n`;
    });
    return `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="Sound",DEFAULT=YES,AUTOSELECT=YES,URI="a0/media.m3u8"\n${variants.join("")}`;
  }

  #media(total: number): string {
    const ended = this.state === "ended";
    const elapsed = Math.floor((Date.now() - this.#started) / (1000 * segmentSeconds));
    const end = ended ? total : Math.min(total, this.headStart + elapsed);
    const first = ended ? 0 : Math.max(0, end - 30);
    const lines = Array.from({ length: end - first }, (_, i) => `#EXTINF:${segmentSeconds}.0,\n${first + i}.m4s\n`).join("");
    return `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:${segmentSeconds}\n#EXT-X-MEDIA-SEQUENCE:${first}\n#EXT-X-MAP:URI="init.mp4"\n${lines}${ended ? "#EXT-X-ENDLIST\n" : ""}`;
  }
}

function sendFile(response: ServerResponse, name: string, type: string): void {
  const file = join(repository, "src", "player", "dist", name);
  if (!existsSync(file) || name.includes("..")) return void response.writeHead(404).end();
  response.writeHead(200, { "content-type": type });
  createReadStream(file).pipe(response);
}
