import Hls, { type ErrorData, type Fragment, type LevelDetails } from "hls.js";
import type { Broadcast } from "./liveUrls.js";
import { KeyPrefetch } from "./keyPrefetch.js";
import { keyRequest } from "./keyRequests.js";
import { LicensedPlayback } from "./licensedPlayback.js";
import { LiveEdge } from "./liveEdge.js";
import { LicenceKeeper, type LicenceRefusal, problemCode } from "./licences.js";
import { lastOfFirstTier, levelsAbove } from "./qualityTier.js";
import { bufferedAhead, RefusedSegments } from "./refusedSegments.js";
import type { VerifiedDelivery } from "./verifiedDelivery.js";
import { refusedStatus, verifiedLoader } from "./verifiedLoader.js";

/** How often a decoder that failed is set up anew. */
const maxRecoveries = 3;

/** Seconds that must be there to play before anything is waited for. */
const leastBuffered = 1.5;

/** How a playback ended before its media did. */
export type PlaybackEnd =
  | { readonly kind: "refused"; readonly refusal: LicenceRefusal }
  /** The licence server cannot open new playbacks now. */
  | { readonly kind: "busy"; readonly retryAfterSeconds: number }
  /** The network or the server went away; worth another start. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "verification-failed" }
  | { readonly kind: "failed"; readonly detail: string };

/** What a playback tells its page. */
export interface PlaybackEvents {
  readonly listed: (title: string | undefined) => void;
  readonly timeline: (live: boolean) => void;
  readonly appended: (url: string) => void;
  readonly skipped: () => void;
  /** The server has opened a playback: its name is known. */
  readonly opened: () => void;
  /** The list of segments has not grown for too long while the broadcast is live, or does again. */
  readonly stale: (isStale: boolean) => void;
  /** Keys were given, by this decision (`Decision-Id`). */
  readonly decided: (decision: string | null) => void;
  readonly ended: (end: PlaybackEnd) => void;
}

/** One run of hls.js over one broadcast, fed by VerifiedDelivery and licensed by ClearKey. */
export class Playback {
  readonly hls: Hls;
  readonly licences: LicenceKeeper;
  readonly prefetch: KeyPrefetch;
  readonly #licensed: LicensedPlayback;
  readonly #refused: RefusedSegments;
  readonly #edge: LiveEdge;
  readonly #clock: ReturnType<typeof setInterval>;
  #over = false;
  #recoveries = 0;

  constructor(
    broadcast: Broadcast,
    token: string,
    private readonly video: HTMLVideoElement,
    delivery: VerifiedDelivery,
    private readonly events: PlaybackEvents,
  ) {
    this.#refused = new RefusedSegments(video);
    this.#edge = new LiveEdge(events.stale);
    this.#licensed = new LicensedPlayback(token, (decision) => this.#decided(decision));
    this.prefetch = new KeyPrefetch(this.#licensed, () => !video.paused);
    this.licences = new LicenceKeeper(this.#licensed, this.prefetch, () => !video.paused, (tier) => this.#keepTo(tier), (refusal) => this.#end({ kind: "refused", refusal }));
    this.hls = new Hls({
      fLoader: verifiedLoader(delivery, (init) => this.#witnessFor(init), (fragment) => this.#neededIn(fragment)),
      // Everything is fMP4: nothing to transmux, and a second worker would copy every segment once more.
      enableWorker: false,
      emeEnabled: true,
      drmSystems: { "org.w3.clearkey": { licenseUrl: new URL("/v1/licences", location.href).href, generateRequest: keyRequest } },
      licenseXhrSetup: this.licences.setUp,
      licenseResponseCallback: this.licences.answered,
      // hls.js repeats a failed licence request at once; waiting as the server asked is done by the page.
      keyLoadPolicy: { default: { maxTimeToFirstByteMs: 8000, maxLoadTimeMs: 20000, timeoutRetry: null, errorRetry: null } },
      fragLoadPolicy: {
        default: {
          maxTimeToFirstByteMs: 10_000,
          maxLoadTimeMs: 60_000,
          timeoutRetry: { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 },
          errorRetry: { maxNumRetry: 5, retryDelayMs: 500, maxRetryDelayMs: 4000 },
        },
      },
      liveSyncDurationCount: 3,
      liveMaxLatencyDurationCount: 10,
      maxLiveSyncPlaybackRate: 1.1,
      backBufferLength: 60,
      maxBufferLength: 20,
    });
    this.hls.on(Hls.Events.MANIFEST_LOADED, (_, data) => events.listed(data.sessionData?.["com.apple.hls.title"]?.["VALUE"]));
    this.hls.on(Hls.Events.MANIFEST_PARSED, (_, data) => {
      // It loads on while a licence is under way, and a key that does not come ends it.
      this.hls.autoLevelCapping = lastOfFirstTier(data.levels);
    });
    this.hls.on(Hls.Events.LEVEL_UPDATED, (_, data) => {
      events.timeline(data.details.live);
      this.prefetch.listed(data.details);
      this.#edge.listed(data.details);
    });
    this.hls.on(Hls.Events.BUFFER_APPENDING, (_, data) => {
      if (data.frag.sn !== "initSegment") events.appended(data.frag.url);
    });
    this.hls.on(Hls.Events.FRAG_LOADED, (_, data) => {
      if (data.frag.sn !== "initSegment") this.#refused.passed(data.frag);
    });
    this.hls.on(Hls.Events.ERROR, (_, data) => this.#onError(data));
    this.hls.loadSource(new URL(`/live/${broadcast.id}/master.m3u8`, location.href).href);
    this.hls.attachMedia(video);
    window.addEventListener("pagehide", this.#leave);
    this.#clock = setInterval(() => {
      if (this.#refused.stepOver()) this.hls.startLoad(this.video.currentTime);
      this.#edge.look();
    }, 250);
  }

  close(): void {
    this.#over = true;
    clearInterval(this.#clock);
    window.removeEventListener("pagehide", this.#leave);
    this.licences.stop();
    this.#licensed.close();
    this.hls.destroy();
  }

  /** The server's name for the playback; undefined before its first licence. */
  get id(): string | undefined {
    return this.#licensed.id;
  }

  #decided(decision: string | null): void {
    this.events.decided(decision);
    // Its name is set by the same answer.
    queueMicrotask(() => this.id && !this.#over && this.events.opened());
  }

  /** Milliseconds until the playhead is there, if it can go on until then; undefined where nothing is buffered, and each millisecond counts. */
  #neededIn({ start }: Fragment): number | undefined {
    const { currentTime, playbackRate, seeking } = this.video;
    if (seeking || bufferedAhead(this.video) < leastBuffered) return undefined;
    return (1000 * (start - currentTime)) / Math.max(1, playbackRate);
  }

  readonly #leave = (): void => this.#licensed.close();

  /** Takes away the levels that the ticket has no keys for: the choice between levels would go up to one by itself, and stand there. */
  #keepTo(tier: string | null): void {
    const above = levelsAbove(tier, this.hls.levels);
    if (above.length > 0 && above.length === this.hls.levels.length) return this.#end({ kind: "refused", refusal: { status: 403, code: "tier-not-included", decision: null } });
    for (const index of above) this.hls.removeLevel(index);
    this.hls.autoLevelCapping = -1;
  }

  /** A segment that is listed with this init segment: the last, which stays in the window longest. */
  #witnessFor(init: Fragment): string | undefined {
    const lists: (LevelDetails | null | undefined)[] = [
      ...this.hls.levels.map((level) => level.details),
      ...this.hls.allAudioTracks.map((track) => track.details),
    ];
    for (const list of lists) {
      const using = list?.fragments.filter((fragment) => fragment.initSegment?.url === init.url);
      const last = using?.at(-1);
      if (last) return last.url;
    }
    return undefined;
  }

  #onError(data: ErrorData): void {
    if (this.#over) return;
    const isRefusal = data.details === Hls.ErrorDetails.FRAG_LOAD_ERROR && data.response?.code === refusedStatus;
    if (isRefusal && data.frag) {
      this.events.skipped();
      // Without its init segment nothing of a track can play: that is no hole to step over.
      if (data.frag.sn === "initSegment" || this.#refused.refused(data.frag)) return this.#end({ kind: "verification-failed" });
      this.#refused.leaveOut(data.frag);
      return;
    }
    if (!data.fatal) return;

    switch (data.type) {
      case Hls.ErrorTypes.KEY_SYSTEM_ERROR:
        return this.#end(licenceEnd(data));
      case Hls.ErrorTypes.MEDIA_ERROR:
        return ++this.#recoveries > maxRecoveries ? this.#end({ kind: "failed", detail: data.details }) : this.hls.recoverMediaError();
      case Hls.ErrorTypes.NETWORK_ERROR:
        return this.#end({ kind: "interrupted" });
      default:
        return this.#end({ kind: "failed", detail: data.details });
    }
  }

  #end(end: PlaybackEnd): void {
    if (this.#over) return;
    this.close();
    this.events.ended(end);
  }
}

function licenceEnd(data: ErrorData): PlaybackEnd {
  const status = data.response?.code ?? 0;
  if (data.details !== Hls.ErrorDetails.KEY_SYSTEM_LICENSE_REQUEST_FAILED) return { kind: "failed", detail: data.details };
  const xhr = data.networkDetails as XMLHttpRequest | undefined;
  if (status >= 400 && status < 500 && status !== 429) {
    const body = xhr?.response instanceof ArrayBuffer ? new TextDecoder().decode(xhr.response) : "";
    return { kind: "refused", refusal: { status, code: problemCode(body), decision: xhr?.getResponseHeader("Decision-Id") ?? null } };
  }
  const retryAfter = Number(xhr?.getResponseHeader("Retry-After") ?? 0);
  return { kind: "busy", retryAfterSeconds: Math.min(30, Math.max(2, retryAfter || 5)) };
}
