import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SigningKey } from "./cose.js";
import { freePort } from "./freePort.js";
import { repository } from "./repository.js";
import { until } from "./until.js";

/** The real server, with an embedded PostgreSQL and a data folder of its own. */
export class LiveServer {
  readonly #log: string[] = [];

  private constructor(
    readonly url: string,
    private readonly data: string,
    private readonly process: ChildProcess,
  ) {
    for (const stream of [process.stdout, process.stderr]) stream?.on("data", (bytes: Buffer) => this.#log.push(bytes.toString()));
  }

  /** @param address An IPv4 address of this machine's. */
  static async start(settings: Record<string, string> = {}, address = "127.0.0.1"): Promise<LiveServer> {
    const program = join(repository, "src/LiveLedger.Server/bin/Release/net10.0/LiveLedger.Server.dll");
    if (!existsSync(program)) throw new Error(`${program} is missing: build the solution in Release first`);
    const url = `http://${address}:${await freePort(address)}`;
    const data = mkdtempSync(join(tmpdir(), "liveledger-browser-"));
    // The embedded PostgreSQL of a server that runs as root runs as another user, who has to get there.
    chmodSync(data, 0o711);
    const environment = { ...process.env, LIVELEDGER_PLAYER: join(repository, "src/player/dist"), ...settings };
    delete (environment as Record<string, string | undefined>)["LIVELEDGER_DATABASE"];
    const child = spawn("dotnet", [program, "--data", data, "--urls", url], { env: environment });
    const server = new LiveServer(url, data, child);
    try {
      await until(`the server at ${url}`, 90, async () => {
        if (child.exitCode !== null) throw new Error("the server ended");
        return (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok;
      });
    } catch (error) {
      const log = server.#log.join("").slice(-3000);
      await server.stop();
      throw new Error(`${String(error)}\n${log}`);
    }
    return server;
  }

  get operatorToken(): string {
    return readFileSync(join(this.data, "operator.token"), "utf8").trim();
  }

  /** What it has written so far. */
  get log(): string {
    return this.#log.join("");
  }

  /** Asks the API; fails unless it answers with success. */
  async ask<T = Record<string, unknown>>(method: string, path: string, token: string, body?: unknown, type = "application/json"): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { "Content-Type": type }) },
      ...(body === undefined ? {} : { body: body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      this.process.kill("SIGTERM");
      const killer = setTimeout(() => this.process.kill("SIGKILL"), 20_000);
      await new Promise((resolve) => this.process.once("exit", resolve));
      clearTimeout(killer);
    }
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A broadcast on a LiveServer, whose broadcaster is the test. */
export class LiveBroadcast {
  readonly identity = new SigningKey(crypto.getRandomValues(new Uint8Array(32)));
  #publisher: ChildProcess | undefined;

  private constructor(
    private readonly server: LiveServer,
    private readonly token: string,
    readonly id: string,
    private readonly ingestKey: string,
  ) {}

  /** Creates, certifies and starts a broadcast, or leaves it to be started later. */
  static async create(
    server: LiveServer, scheme: "cbcs" | "cenc", title: string, keyPeriodSeconds?: number, keySignalling?: "in-band", start: "started" | "not-started" = "started",
  ): Promise<LiveBroadcast> {
    const admitted = { subject: "browser-tests", role: "broadcaster", lifetimeSeconds: 3600 };
    const { token } = await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, admitted);
    const made = await server.ask<{ id: string; ingest: { key: string }; sessionKey: string }>("POST", "/v1/broadcasts", token, { title, scheme, keyPeriodSeconds, keySignalling });
    const broadcast = new LiveBroadcast(server, token, made.id, made.ingest.key);
    const now = Math.floor(Date.now() / 1000);
    const certificate = broadcast.identity.certify(
      Buffer.from(made.id, "hex"), Buffer.from(made.sessionKey, "base64url"), { notBefore: now - 60, notAfter: now + 86400 },
    );
    await server.ask("PUT", `/v1/broadcasts/${made.id}/signer`, token, certificate, "application/cose");
    if (start === "started") await broadcast.start();
    return broadcast;
  }

  /**
   * Pushes colour bars (with noise, so that segments have several chunks) and a tone, as two video renditions and audio, until told to stop.
   * @param of Size of the better rendition, how many times as fast as in real time, and the bits a second of the two.
   */
  publish({ size = "640x360", speed = 1, rates = ["600k", "200k"] }: { size?: "640x360" | "1280x720"; speed?: number; rates?: readonly [string, string] } = {}): void {
    this.#push([
      "-readrate", String(speed), "-f", "lavfi", "-i", `smptebars=size=${size}:rate=24,noise=alls=16:allf=t`,
      "-readrate", String(speed), "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
      "-filter_complex", "[0:v]split=2[a][b];[b]scale=320:180[c]", "-map", "[a]", "-map", "[c]", "-map", "1:a",
      "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v:0", rates[0], "-b:v:1", rates[1],
      "-g", "48", "-keyint_min", "48", "-sc_threshold", "0", "-c:a", "aac", "-ac", "2", "-b:a", "96k",
    ]);
  }

  /** Pushes a file's video and audio as they are, once and in real time. A key frame each 2 s is the file's affair. */
  publishClip(file: string): void {
    this.#push(["-readrate", "1", "-i", file, "-map", "0:v:0", "-map", "0:a:0", "-c", "copy"]);
  }

  #push(source: readonly string[]): void {
    this.#publisher = spawn("ffmpeg", [
      "-nostdin", "-loglevel", "error", ...source,
      "-f", "dash", "-seg_duration", "2", "-use_timeline", "1", "-window_size", "5",
      "-init_seg_name", "$RepresentationID$/init.mp4", "-media_seg_name", "$RepresentationID$/$Number$.m4s",
      "-format_options", "movflags=+cmaf+skip_sidx", "-method", "POST", "-http_persistent", "1", "-ignore_io_errors", "1", "-timeout", "5",
      "-http_opts", `headers=Authorization\\: Bearer ${this.ingestKey}`,
      `${this.server.url}/ingest/${this.id}/live.mpd`,
    ], { stdio: "ignore" });
  }

  async stopPublishing(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = undefined;
    if (!publisher || publisher.exitCode !== null) return;
    const gone = new Promise((resolve) => publisher.once("exit", resolve));
    publisher.kill("SIGKILL");
    await gone;
  }

  /** Waits until every track has `segments` segments. */
  async untilSegments(segments: number, trackCount = 3): Promise<void> {
    await until(`${segments} segments of each track`, 20 + 3 * segments, async () => {
      const { tracks } = await this.status();
      return tracks.length === trackCount && tracks.every((track) => track.segments >= segments);
    });
  }

  status(): Promise<{ state: string; epoch: number; tracks: { name: string; class: string; segments: number; lastSequence: number }[] }> {
    return this.server.ask("GET", `/v1/broadcasts/${this.id}/status`, this.token);
  }

  /** How its swarm does, as its broadcaster sees it. */
  swarm(): Promise<{ viewers: number; links: number; offload: number | null; latencyMs: number | null; total: { origin: number; peers: number; refused: number } }> {
    return this.server.ask("GET", `/v1/broadcasts/${this.id}/swarm`, this.token);
  }

  async end(): Promise<void> {
    await this.stopPublishing();
    if ((await this.status()).state === "ended") return;
    await this.server.ask("POST", `/v1/broadcasts/${this.id}/end`, this.token);
  }

  /** Asks the API for something of the broadcast's, as its broadcaster. */
  asked<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    return this.server.ask<T>(method, `/v1/broadcasts/${this.id}/${path}`, this.token, body);
  }

  /** Makes an offer; gives its id. */
  async offer(terms: Record<string, unknown>): Promise<string> {
    return (await this.server.ask<{ id: string }>("POST", `/v1/broadcasts/${this.id}/offers`, this.token, terms)).id;
  }

  /** Lets its publisher in. */
  async start(): Promise<void> {
    await this.server.ask("POST", `/v1/broadcasts/${this.id}/start`, this.token);
  }

  /** Has viewers take it from relays and the server alone, while it is not started. */
  async makePrivate(): Promise<void> {
    await this.server.ask("PUT", `/v1/broadcasts/${this.id}/peers`, this.token, { peers: "relays" });
  }

  /** Withdraws the broadcast itself. */
  async takeDown(): Promise<void> {
    await this.server.ask("POST", `/v1/broadcasts/${this.id}/takedown`, this.token, { reason: "a test" });
  }

  /** Grants a viewer the broadcast, by an offer or without limits; gives the entitlement's id. */
  async entitle(viewer: string, offer?: string): Promise<string> {
    return (await this.server.ask<{ id: string }>("POST", `/v1/broadcasts/${this.id}/entitlements`, this.token, { viewer, offer })).id;
  }

  async revoke(entitlement: string): Promise<void> {
    await this.server.ask("DELETE", `/v1/broadcasts/${this.id}/entitlements/${entitlement}`, this.token);
  }

  async viewerToken(viewer: string): Promise<string> {
    const asked = { viewer, lifetimeSeconds: 3600 };
    return (await this.server.ask<{ token: string }>("POST", `/v1/broadcasts/${this.id}/viewer-tokens`, this.token, asked)).token;
  }

  /** Lets somebody run a relay of it at a web origin; gives the grant's token. */
  async grantRelay(origin: string): Promise<string> {
    return (await this.server.ask<{ token: string }>("POST", `/v1/broadcasts/${this.id}/relays`, this.token, { name: "a test's", origin })).token;
  }

  /** A token of a viewer who was granted the broadcast, by an offer or without limits. */
  async ticket(offer?: string): Promise<string> {
    const viewer = `viewer-${crypto.randomUUID()}`;
    await this.entitle(viewer, offer);
    return this.viewerToken(viewer);
  }

  /** The Watch address under some origin, pinning the identity. */
  watchUrl(origin: string, token: string, identity = this.identity.text): string {
    return `${origin}/watch/${this.id}#${new URLSearchParams({ token, identity })}`;
  }
}
