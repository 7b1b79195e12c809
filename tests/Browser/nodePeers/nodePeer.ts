import { WebSocket } from "ws";
import { LicensedPlayback } from "../../../src/player/src/playback/licensedPlayback.js";
import { VerificationLog } from "../../../src/player/src/playback/verificationLog.js";
import { VerifiedDelivery } from "../../../src/player/src/playback/verifiedDelivery.js";
import { browserClock } from "../../../src/player/src/swarm/clock.js";
import { Swarm, type SwarmSurroundings } from "../../../src/player/src/swarm/swarm.js";
import { toBase64Url } from "../../../src/player/src/verify/base64Url.js";
import { type Bytes, fromHex } from "../../../src/player/src/verify/bytes.js";
import { sleep, until } from "../support/until.js";
import { openVerifier } from "./ownVerifier.js";
import { Playhead } from "./playhead.js";
import { type Listed, segmentsIn, tracksIn } from "./playlists.js";
import { connect } from "./webrtc.js";

export interface NodePeerSettings {
  /** Where the peer reaches the server. */
  readonly server: string;
  readonly broadcast: string;
  readonly identity: Bytes;
  /** A viewer token. */
  readonly ticket: string;
  readonly quality?: "least" | "best";
  /** Segments behind the end of the list where it begins; as many as hls.js does in the page, if left out. */
  readonly behind?: number;
  /** Most that it loads ahead, in milliseconds; as the page does, if left out. */
  readonly mostAheadMs?: number;
  readonly connect?: SwarmSurroundings["connect"];
  /** Hears of each segment that a player would be given. */
  readonly played?: (segment: Listed, bytes: Bytes) => void;
}

/** As hls.js is set up in the page: it begins three segments before the end of the list, and waits for nothing with less than that to play. */
const usuallyBehind = 3;
const leastAheadMs = 1500;
const usuallyAheadMs = 20_000;
const segmentMs = 2000;
const heartbeatMs = 30_000;

/** A viewer in Node: the page's swarm and its delivery, with all their checks, and in place of hls.js and a decoder a reader of playlists and a clock. */
export class NodePeer {
  readonly playhead = new Playhead(2);
  readonly log = new VerificationLog(() => undefined);
  swarm: Swarm | undefined;
  readonly #over = new AbortController();
  readonly #openedAt = performance.now();
  #failure: unknown;

  private constructor(private readonly settings: NodePeerSettings) {}

  /** Begins to watch. What it has to ask first, it asks while this goes on. */
  static open(settings: NodePeerSettings): NodePeer {
    const peer = new NodePeer(settings);
    peer.#run().catch((error: unknown) => {
      if (!peer.#over.signal.aborted) peer.#failure = error;
    });
    return peer;
  }

  /** Milliseconds from its opening until playback began. */
  get startedAfter(): number | undefined {
    const { startedAt } = this.playhead;
    return startedAt === undefined ? undefined : startedAt - this.#openedAt;
  }

  get links(): number {
    return this.swarm?.neighbours.filter(({ isUp }) => isUp).length ?? 0;
  }

  async untilPlaying(seconds: number): Promise<void> {
    await until("a Node peer plays", seconds, () => {
      if (this.#failure) throw this.#failure as Error;
      return this.playhead.startedAt !== undefined;
    });
  }

  close(): void {
    this.#over.abort();
    this.swarm?.close();
  }

  async #run(): Promise<void> {
    const { server, broadcast, identity, ticket, quality = "least" } = this.settings;
    const base = `${server}/live/${broadcast}`;
    const bytes = fromHex(broadcast);
    if (!bytes) throw new Error(`${broadcast} is no broadcast`);
    const named = { id: broadcast, bytes };
    const certificate = new Uint8Array(await (await this.#ask(`${base}/signer`)).arrayBuffer());
    const verifier = await openVerifier(bytes, certificate, identity);
    const delivery = new VerifiedDelivery(named, server, verifier, this.log);
    delivery.expectsSwarm = true;
    const tracks = tracksIn(await (await this.#ask(`${base}/master.m3u8`)).text(), `${base}/master.m3u8`);
    const video = (quality === "least" ? tracks.video[0] : tracks.video.at(-1)) ?? "";

    const playback = new LicensedPlayback(ticket);
    const joined = this.#open(playback, video).then(() => {
      if (this.#over.signal.aborted) return;
      this.swarm = delivery.swarm = new Swarm({
        server, broadcast: named, identity, viewerToken: ticket, playback: () => playback.id, clock: browserClock, changed: () => undefined,
        viewing: () => ({ stalls: this.playhead.stalls.length, stalledMs: this.playhead.stalls.reduce((sum, stall) => sum + stall, 0), latencyMs: undefined }),
        readRecord: async (file, slot) => {
          const answer = await verifier.ask({ kind: "record", record: file, slot });
          return answer.verdict === "good" && answer.facts ? { file, ...answer.facts } : undefined;
        },
        openTracker: socket, openRelay: socket, connect: this.settings.connect ?? connect,
      });
    });
    await Promise.all([joined, this.#follow(delivery, video, 0), this.#follow(delivery, tracks.audio, 1)]);
  }

  // A licence opens the playback that an admission is for; without signs of life it is closed.
  async #open(playback: LicensedPlayback, list: string): Promise<void> {
    const { keyId } = segmentsIn(await (await this.#ask(list)).text(), list);
    const kid = fromHex(keyId ?? "");
    if (!kid) throw new Error(`no key in ${list}`);
    const answer = await this.#ask(`${this.settings.server}/v1/licences`, { method: "POST", headers: playback.headers, body: playback.request([toBase64Url(kid)]) });
    playback.opened(answer.headers.get("Playback-Id"));
    const beat = () => void this.#ask(`${this.settings.server}/v1/playbacks/${playback.id}/heartbeat`, { method: "POST", headers: playback.headers }).catch(() => undefined);
    const timer = setInterval(beat, heartbeatMs);
    this.#over.signal.addEventListener("abort", () => clearInterval(timer));
  }

  async #follow(delivery: VerifiedDelivery, url: string, track: number): Promise<void> {
    const { behind = usuallyBehind, mostAheadMs = usuallyAheadMs } = this.settings;
    let next: number | undefined;
    for (;;) {
      const asked = performance.now();
      const { segments } = await this.#list(url);
      next ??= segments.at(-behind)?.sequence ?? segments[0]?.sequence;
      const fresh = segments.filter(({ sequence }) => next !== undefined && sequence >= next);
      for (const segment of fresh) {
        while (this.#isAhead(track, mostAheadMs)) await this.#pause(100);
        await this.#load(delivery, segment, track);
        next = segment.sequence + 1;
      }
      // Reloaded as RFC 8216 §6.3.4 has it: after a target duration, or half of one if nothing was new.
      await this.#pause(Math.max(0, asked + (fresh.length > 0 ? 2000 : 1000) - performance.now()));
    }
  }

  // hls.js loads sound no further than a segment ahead of the picture.
  #isAhead(track: number, mostAheadMs: number): boolean {
    const now = performance.now();
    const end = this.playhead.untilEnd(track, now);
    return end > mostAheadMs || (track === 1 && end >= this.playhead.untilEnd(0, now) + segmentMs);
  }

  async #list(url: string): Promise<ReturnType<typeof segmentsIn>> {
    for (;;) {
      try {
        return segmentsIn(await (await this.#ask(url)).text(), url);
      } catch (error) {
        if (this.#over.signal.aborted) throw error;
        await this.#pause(1000);
      }
    }
  }

  async #load(delivery: VerifiedDelivery, segment: Listed, track: number): Promise<void> {
    const nothing = () => undefined;
    for (;;) {
      const now = performance.now();
      // Undefined where each millisecond counts: as Playback says it of the video element.
      const neededIn = this.playhead.ahead(now) < leastAheadMs ? undefined : this.playhead.untilEnd(track, now);
      try {
        const bytes = await delivery.segment(segment.url, segment.sequence, segment.init, { signal: this.#over.signal, neededIn, onHeaders: nothing, onBytes: nothing, onArrived: nothing, onSwarmed: nothing, onTurned: nothing });
        this.playhead.arrived(track, segment.milliseconds, performance.now());
        this.settings.played?.(segment, bytes);
        return;
      } catch (error) {
        if (this.#over.signal.aborted) throw error;
        await this.#pause(500);
      }
    }
  }

  async #ask(url: string, init: RequestInit = {}): Promise<Response> {
    const answer = await fetch(url, { ...init, signal: this.#over.signal });
    if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
    return answer;
  }

  async #pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds);
    this.#over.signal.throwIfAborted();
  }
}

/** A WebSocket whose errors end in `close`, as a browser's do for the page. */
function socket(address: string) {
  const made = new WebSocket(address, { perMessageDeflate: false });
  made.on("error", () => undefined);
  return made as unknown as ReturnType<SwarmSurroundings["openTracker"]> & ReturnType<SwarmSurroundings["openRelay"]>;
}
