import type Hls from "hls.js";
import { toBase64Url } from "../verify/base64Url.js";
import type { Bytes } from "../verify/bytes.js";
import { browserClock } from "../swarm/clock.js";
import { Manners } from "../swarm/manners.js";
import type { Swarm } from "../swarm/swarm.js";
import { VerifierClient } from "../worker/client.js";
import { watchConditions } from "./conditions.js";
import { Decisions } from "./decisions.js";
import { IdentityTrust, type TrustBasis } from "./identityTrust.js";
import type { Broadcast } from "./liveUrls.js";
import { joinSwarm, keepConsent, keepPrivate, type PeerUse, peerUse, wantsPrivate } from "./peers.js";
import { Playback, type PlaybackEnd } from "./playback.js";
import { Stalls } from "./stalls.js";
import { findSignedTwice, type SignedTwice } from "./publisherAlarm.js";
import { pause, TakenDownError, waitForBroadcast } from "./signer.js";
import { readTicket, type SharingRule, type Ticket } from "./ticket.js";
import { VerificationLog } from "./verificationLog.js";
import { VerifiedDelivery } from "./verifiedDelivery.js";
import { attempt, tokenExpiry } from "./viewerAccess.js";
import type { StopReason, WatchState } from "./watchState.js";

/** Where the page's worker is; set by the build. */
declare const workerUrl: string;

/** How many segments' addresses are kept to say what was appended. */
const keptAppended = 4000;
/** Between questions for proofs against the publisher. */
const publisherEveryMs = 60_000;

/** One visit to a broadcast, from waiting for it to its end. Views read its fields and are called when one changes. */
export class WatchSession {
  state: WatchState = { kind: "loading" };
  title = "Live broadcast";
  /** The identity behind what plays, in its 43-character text form; empty until its certificate was checked. */
  identity = "";
  trust: TrustBasis | undefined;
  /** Segments left out because their check failed. */
  skipped = 0;
  /** `track/sequence` of every segment given to the media source. */
  readonly appended: string[] = [];
  readonly decisions = new Decisions();
  readonly log = new VerificationLog(() => this.#changed());

  /** No new segment was listed for longer than a live broadcast goes without. */
  isStale = false;

  readonly #listeners: (() => void)[] = [];
  #swarm: Swarm | undefined;
  #join: (() => void) | undefined;
  #unjoin: (() => void) | undefined;
  #playback: Playback | undefined;
  #verifier: VerifierClient | undefined;
  #run = new AbortController();
  readonly #stalls: Stalls;
  readonly #manners = new Manners(browserClock, () => this.#mind());
  #ticket: Ticket | undefined;
  #signedTwice: SignedTwice | undefined;
  #token: string | undefined;

  constructor(
    private readonly broadcast: Broadcast,
    token: string | undefined,
    private readonly pinned: Bytes | undefined,
    private readonly video: HTMLVideoElement,
  ) {
    this.#token = token;
    this.#stalls = new Stalls(video);
    watchConditions(video, (conditions) => this.#manners.see(conditions));
  }

  get hls(): Hls | undefined {
    return this.#playback?.hls;
  }

  get licences(): { renewed: number; unanswered: number } {
    return this.#playback?.licences ?? { renewed: 0, unanswered: 0 };
  }

  get prefetch(): { fetched: number; used: number } {
    return this.#playback?.prefetch ?? { fetched: 0, used: 0 };
  }

  /** This playback's part in the swarm; undefined without the viewer's consent, or where the browser has no WebRTC. */
  get swarm(): Swarm | undefined {
    return this.#swarm;
  }

  /** A segment of which the publisher was proved to have signed two versions. */
  get signedTwice(): SignedTwice | undefined {
    return this.#signedTwice ?? this.#swarm?.signedTwice;
  }

  /** Whether this page gets from other viewers and gives to them, and if not, why. */
  get peersAre(): PeerUse {
    return peerUse();
  }

  /** Why nothing is sent to others for now; undefined where nothing speaks against it. */
  get restraint(): Manners["restraint"] {
    return this.#manners.restraint;
  }

  /** Whether this viewer shares, by ticket and broadcast; undefined until it is known. */
  get sharingRule(): SharingRule | undefined {
    return this.#ticket?.sharing ?? this.#swarm?.sharing;
  }

  /** Whether no viewer of this broadcast learns of another. */
  get isBroadcastPrivate(): boolean {
    return this.#ticket?.isBroadcastPrivate ?? this.#swarm?.isBroadcastPrivate === true;
  }

  /** Whether the viewer wants relays alone. */
  get isPrivate(): boolean {
    return wantsPrivate();
  }

  /** The viewer's word on sharing, which is kept. Its withdrawal holds at once. */
  agreeToShare(agrees: boolean): void {
    keepConsent(agrees);
    this.#heed();
  }

  /** Whether other viewers may learn of this page, or relays alone; kept too. A swarm that was joined under the other word is left. */
  keepPrivate(isPrivate: boolean): void {
    keepPrivate(isPrivate);
    if (this.#swarm?.isPrivate !== isPrivate) this.#unjoin?.();
    this.#heed();
  }

  /** Agrees to what the ticket asks, and starts. */
  agreeToTerms(): void {
    keepPrivate(false);
    this.agreeToShare(true);
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Starts, or starts again after a stop. */
  start(): void {
    this.#close();
    this.#run = new AbortController();
    const { signal } = this.#run;
    this.#become({ kind: "loading" });
    this.#begin(signal).catch((error: unknown) => {
      if (signal.aborted) return;
      if (error instanceof TakenDownError) this.stop("refused", "broadcast-taken-down");
      else this.stop("playback-failed", String(error));
    });
  }

  /** What this page asks for licences with. */
  get viewerToken(): string | undefined {
    return this.#token;
  }

  /** Starts with another token. */
  enterWith(token: string): void {
    this.#token = token;
    this.start();
  }

  /** Ends the visit and says why. */
  stop(reason: StopReason, detail = ""): void {
    this.#close();
    const failure = reason === "verification-failed" ? this.log.failures.at(-1) : undefined;
    this.#become({ kind: "stopped", reason, detail, ...(failure ? { failure } : {}) });
  }

  async #begin(signal: AbortSignal): Promise<void> {
    if (!window.isSecureContext) return this.stop("insecure-context");
    if (!("MediaSource" in window) || !("requestMediaKeySystemAccess" in navigator)) return this.stop("unsupported");
    const token = this.#token;
    if (!token) return this.stop("no-token");
    if ((tokenExpiry(token) ?? Number.POSITIVE_INFINITY) <= Date.now()) return this.stop("token-expired");

    // It starts while the network is waited for.
    const verifier = new VerifierClient(workerUrl);
    this.#verifier = verifier;
    const certified = waitForBroadcast(this.broadcast, () => this.#become({ kind: "waiting" }), signal);
    certified.catch(() => undefined);
    // Before a licence opens a playback, and a rental's time begins.
    this.#ticket = await readTicket(token, signal);
    signal.throwIfAborted();
    if (this.#refuses) return this.stop("sharing-required");
    const certificate = await certified;
    // Whether a broadcast is private may change until it is started.
    if (this.state.kind === "waiting") {
      this.#ticket = await readTicket(token, signal);
      signal.throwIfAborted();
      if (this.#refuses) return this.stop("sharing-required");
    }
    const trust = new IdentityTrust(this.broadcast.id, this.pinned, attempt(() => window.localStorage));
    const answer = await verifier.ask({
      kind: "open",
      broadcast: this.broadcast.bytes,
      certificate,
      pinnedIdentity: trust.expected,
    });
    if (signal.aborted) return;
    if (answer.verdict === "fault") return this.stop("playback-failed", answer.message);
    if (answer.verdict === "bad" || !answer.identity) {
      this.log.bad(answer.verdict === "bad" ? answer.failure : { code: "certificate-invalid" }, "", -1);
      return this.stop("verification-failed");
    }
    this.identity = toBase64Url(answer.identity);
    this.trust = trust.settle(answer.identity);
    this.#play(token, verifier, answer.identity);
    void this.#watchPublisher(answer.identity, signal);
  }

  // Whoever is in the swarm hears of it at once; the others ask now and then.
  async #watchPublisher(identity: Bytes, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.signedTwice) {
      this.#signedTwice = await findSignedTwice(this.broadcast, identity, signal);
      if (this.#signedTwice) this.#changed();
      await pause(publisherEveryMs, signal).catch(() => undefined);
    }
  }

  #play(token: string, verifier: VerifierClient, identity: Bytes): void {
    // Once a licence has opened a playback: an admission is for one.
    this.#join = () => {
      if (this.#swarm || !this.#playback?.id || this.peersAre !== "on") return;
      this.#swarm = delivery.swarm = joinSwarm(this.broadcast, verifier, {
        viewerToken: token, identity, playback: () => this.#playback?.id, isPrivate: wantsPrivate(), changed: () => this.#changed(), viewing: () => this.#viewing(),
      });
      this.#mind();
    };
    this.#unjoin = () => {
      this.#swarm?.close();
      this.#swarm = delivery.swarm = undefined;
    };
    const delivery = new VerifiedDelivery(this.broadcast, location.origin, verifier, this.log);
    delivery.expectsSwarm = peerUse() === "on";
    this.#playback = new Playback(this.broadcast, token, this.video, delivery, {
      listed: (title) => {
        if (title) this.title = title;
        this.#changed();
      },
      timeline: (live) => this.#become({ kind: live ? "live" : "recording" }),
      appended: (url) => this.#append(url),
      skipped: () => {
        this.skipped = this.log.failed;
        this.#changed();
      },
      decided: (decision) => {
        this.decisions.add(decision, true);
        this.#changed();
      },
      opened: () => this.#join?.(),
      stale: (isStale) => {
        this.isStale = isStale;
        this.#changed();
      },
      ended: (end) => this.#onEnd(end),
    });
    this.#changed();
  }

  // One whose browser cannot share does not refuse to, and who is held back by manners neither.
  get #refuses(): boolean {
    const use = this.peersAre;
    return this.sharingRule === "required" && use !== "unsupported" && (use !== "on" || wantsPrivate());
  }

  // What the viewer has said is acted on.
  #heed(): void {
    const hasStopped = this.state.kind === "stopped" && this.state.reason === "sharing-required";
    if (this.#refuses) {
      if (!hasStopped) this.stop("sharing-required");
    } else if (hasStopped) {
      this.start();
    } else if (this.peersAre === "on") {
      this.#join?.();
    } else {
      this.#unjoin?.();
    }
    this.#changed();
  }

  // Nothing is sent while there is a reason not to; what comes from others is as good as before.
  #mind(): void {
    this.#swarm?.share(this.#manners.restraint === undefined);
    this.#changed();
  }

  #viewing(): { stalls: number; stalledMs: number; latencyMs: number | undefined } {
    const latency = this.state.kind === "live" ? this.hls?.latency : undefined;
    return { stalls: this.#stalls.count, stalledMs: this.#stalls.milliseconds, latencyMs: latency ? 1000 * latency : undefined };
  }

  #onEnd(end: PlaybackEnd): void {
    switch (end.kind) {
      case "refused":
        this.decisions.add(end.refusal.decision, false);
        return this.stop(end.refusal.status === 401 ? "token-expired" : "refused", end.refusal.code);
      case "verification-failed":
        return this.stop("verification-failed");
      case "failed":
        return this.stop("playback-failed", end.detail);
      case "busy":
        return this.#startAgainIn(end.retryAfterSeconds, { kind: "busy" });
      case "interrupted":
        return this.#startAgainIn(3, { kind: "interrupted" });
    }
  }

  #startAgainIn(seconds: number, meanwhile: WatchState): void {
    this.#become(meanwhile);
    pause(1000 * seconds, this.#run.signal).then(
      () => this.start(),
      () => undefined,
    );
  }

  #append(url: string): void {
    const slot = /([^/]+)\/(\d+)\.m4s$/.exec(url);
    if (!slot) return;
    const name = `${slot[1]}/${slot[2]}`;
    // hls.js announces a fragment once for sound and once for picture.
    if (this.appended.at(-1) !== name) this.appended.push(name);
    if (this.appended.length > keptAppended) this.appended.shift();
  }

  #close(): void {
    this.#run.abort();
    this.#unjoin?.();
    this.#join = this.#unjoin = undefined;
    this.isStale = false;
    this.#playback?.close();
    this.#playback = undefined;
    this.#verifier?.close();
    this.#verifier = undefined;
  }

  #become(state: WatchState): void {
    if (this.state.kind === state.kind && state.kind !== "stopped") return;
    this.state = state;
    this.#changed();
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
