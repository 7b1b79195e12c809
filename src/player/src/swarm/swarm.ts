import type { Platform } from "../peering/admission.js";
import { newPeerKey } from "../peering/peerKey.js";
import type { Bytes } from "../verify/bytes.js";
import { type Admitted, Admissions } from "./admissions.js";
import { Admittance } from "./admittance.js";
import { FigureReports } from "./figureReports.js";
import { FraudReports } from "./fraudReports.js";
import { HttpOrigin } from "./httpOrigin.js";
import { type LostLink, type Neighbour, Neighbourhood } from "./neighbourhood.js";
import type { FetchTimes } from "./origin.js";
import { PlayedTracks, type SegmentSlot } from "./playedTracks.js";
import { SeededRandom } from "./random.js";
import { ReceiptFiling, type Standing } from "./receiptFiling.js";
import { Revocations } from "./revocations.js";
import { type Delivered, type FetchedChunk, type SwarmCounts, SwarmNode } from "./swarmNode.js";
import type { SwarmSurroundings } from "./swarmSurroundings.js";
import { TrackerClient } from "./trackerClient.js";
import type { Figures, FromTracker, Stripe } from "./trackerMessages.js";

export type { SegmentSlot, SwarmSurroundings };

/** A download from the origin that was given up: the segment's record, and chunks of it; neither is checked. */
export interface Begun {
  readonly record: Bytes;
  readonly chunks: readonly FetchedChunk[];
  readonly took: FetchTimes;
}

export type SwarmState = "starting" | "joined" | "tracker-away" | "not-admitted" | "closed";

/** What is kept of the stream for neighbours and seeks. */
const maxBytes = 96 * 2 ** 20;
const maxStripesAhead = 64;
/** Within this a proof that was heard of is reported too, unless the platform has said by then that it knows. */
const heardMs = 30_000;
const heardShare = 1 / 16;

/** This page's part in the swarm of one playback: the admission, the tracker, the neighbours, and the node between them. Whatever fails in here, the page plays from the origin. */
export class Swarm {
  state: SwarmState = "starting";
  /** Bytes that the page loaded from the origin past the swarm, since there is one. */
  elsewhere = 0;
  viewers = 0;
  minViewers = 0;
  readonly #over = new AbortController();
  readonly #origin: HttpOrigin;
  readonly #tracks: PlayedTracks;
  #isSharing = true;
  #said = "";
  #reports: FigureReports | undefined;
  #filing: ReceiptFiling | undefined;
  /** A segment of which the publisher was proved to have signed two versions. */
  signedTwice: { readonly track: string; readonly sequence: number } | undefined;
  #admittance: Admittance | undefined;
  #node: SwarmNode | undefined;
  #tracker: TrackerClient | undefined;
  #neighbourhood: Neighbourhood | undefined;

  constructor(private readonly around: SwarmSurroundings) {
    this.#origin = new HttpOrigin(`${around.server}/live/${around.broadcast.id}`, this.#over.signal);
    this.#tracks = new PlayedTracks(around.broadcast.bytes, around.clock);
    void this.#start();
  }

  /** Why there is no admission, by the server's name for it or ours. */
  get refusal(): string | undefined {
    return this.#admittance?.refusal;
  }

  /** Whether segments can be had here sooner or cheaper than from the origin alone. */
  get isUp(): boolean {
    return (this.#node?.neighbours ?? 0) > 0;
  }

  /** Whether neighbours are here, or to be expected. */
  get isAmongOthers(): boolean {
    return this.isUp || (this.state === "joined" && this.viewers >= Math.max(2, this.minViewers));
  }

  /** Notes what the origin took for something that was loaded past the swarm; false if there is nobody yet to note it. */
  learn(took: FetchTimes): boolean {
    this.#node?.learn(took);
    return this.#node !== undefined;
  }

  /** Milliseconds that the origin is expected to take for so many bytes. */
  originMs(bytes: number): number {
    return this.#node?.originMs(bytes) ?? 0;
  }

  get counts(): SwarmCounts & { readonly sent: number; readonly requests: number } {
    const { counts, sent = 0 } = this.#node ?? {};
    return { origin: 0, peers: 0, relays: 0, goodChunks: 0, badChunks: 0, ...counts, sent, requests: this.#origin.requests };
  }

  /** How this peer stands with the platform by the receipts that it was given; undefined before any were handed in. */
  get standing(): Standing | undefined {
    return this.#filing?.standing;
  }

  /** Neighbours, or neighbours of theirs, that were proved to have lied. */
  get convicted(): number {
    return this.#node?.frauds.convicted ?? 0;
  }

  get neighbours(): readonly Neighbour[] {
    return this.#neighbourhood?.neighbours ?? [];
  }

  get lost(): readonly LostLink[] {
    return this.#neighbourhood?.lost ?? [];
  }

  get trackerRefusal(): string | undefined {
    return this.#tracker?.refusal;
  }

  get sharing(): Admitted["sharing"] | undefined {
    return this.#admittance?.current?.sharing;
  }

  /** True if no viewer of the broadcast learns of another. */
  get isBroadcastPrivate(): boolean {
    return this.#admittance?.current?.isBroadcastPrivate === true;
  }

  /** True if this page wants to meet relays alone. */
  get isPrivate(): boolean {
    return this.around.isPrivate === true;
  }

  /** Bits a second that are sent to others at most. */
  get uploadBound(): number | undefined {
    return this.#node && 8000 * this.#node.uploadRate;
  }

  /** Notes that the page plays a track, from wherever: the tracker hands out parts of what is played. */
  plays(track: string): void {
    this.#tracks.plays(track);
    this.#tell();
  }

  /**
   * A whole segment, each chunk checked, by the deadline on the swarm's clock as far as the origin goes.
   * @param begun What a download of it brought that was given up, with the record.
   */
  async segment(slot: SegmentSlot, deadline: number, signal: AbortSignal, begun?: Begun): Promise<Delivered> {
    const node = this.#node;
    if (!node) throw new Error("there is no swarm yet");
    const name = await this.#tracks.name(slot);
    const facts = begun && (await this.around.readRecord(begun.record, slot));
    signal.throwIfAborted();
    const giveUp = () => node.unwant(name);
    signal.addEventListener("abort", giveUp);
    // What is under way when the viewer leaves the swarm comes from the origin at once, and not when its time is nearly over.
    this.#over.signal.addEventListener("abort", giveUp);
    try {
      const delivered = node.deliver(name, deadline);
      // Given up while what came is looked at, it is told to whoever waits for it below.
      delivered.catch(() => undefined);
      if (facts) {
        this.elsewhere += begun.took.bytes;
        await node.goOn(name, { ...begun, facts });
      }
      return await delivered;
    } finally {
      signal.removeEventListener("abort", giveUp);
      this.#over.signal.removeEventListener("abort", giveUp);
    }
  }

  /** A segment that came from the origin as ever and was checked: neighbours may have it from here. */
  async offer(slot: SegmentSlot, record: Bytes, bytes: Bytes): Promise<void> {
    const node = this.#node;
    const facts = node && (await this.around.readRecord(record, slot));
    if (facts) node.offer(await this.#tracks.name(slot), facts, bytes);
  }

  /** The init segment that a segment's record names, and that record, if a neighbour has it. */
  async init(slot: SegmentSlot, signal: AbortSignal): Promise<{ readonly bytes: Bytes; readonly record: Bytes } | undefined> {
    const node = this.#node;
    if (!node || !this.isUp) return undefined;
    const facts = await node.facts(await this.#tracks.name(slot), () => !signal.aborted);
    const bytes = await node.init(facts.initHash);
    return bytes && { bytes: bytes.slice(), record: facts.file.slice() };
  }

  /** An init segment that was checked. */
  offerInit(bytes: Bytes): void {
    void this.#node?.offerInit(bytes.slice());
  }

  /** Whether anything is sent to others. Turned off, what is on its way ends within a second, and neighbours and tracker are told. */
  share(isOn: boolean): void {
    this.#isSharing = isOn;
    this.#node?.share(isOn && this.#mayShare());
    this.#tell();
  }

  close(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.#over.abort();
    this.#neighbourhood?.close();
    this.#tracker?.close();
  }

  async #start(): Promise<void> {
    const { around } = this;
    const key = await newPeerKey();
    const admissions = new Admissions({
      fetch: (input, init) => fetch(input, init), server: around.server, clock: around.clock, broadcast: around.broadcast.bytes, broadcastId: around.broadcast.id,
      identity: around.identity, viewerToken: around.viewerToken, playback: around.playback, key,
      wantsPrivate: around.isPrivate === true,
    });
    const admittance = new Admittance({
      admissions, clock: around.clock, over: this.#over.signal, refused: () => (this.state === "starting" || this.state === "not-admitted") && this.#become("not-admitted"),
    });
    this.#admittance = admittance;
    const admitted = await admittance.ask();
    if (!admitted) return;
    // Its keys as they are when they are used: the platform may have a new one by then.
    const platform: Platform = {
      get issuer() {
        return admissions.platform.issuer;
      },
      get keys() {
        return admissions.platform.keys;
      },
    };
    const revocations = new Revocations(platform, around.broadcast.id, admissions.platformTime);
    const { clock, server } = around;
    const over = this.#over.signal;
    const parts = { fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init), server, clock, over };
    const frauds = new FraudReports(parts);
    const node = new SwarmNode({
      proved: (verdict, proof, isOurs) => {
        if (verdict.convicts === "publisher") this.signedTwice = { track: verdict.record.track, sequence: verdict.record.sequence };
        // Who told us may be gone before it has told the platform; and a liar that spreads a proof against itself tells nobody else.
        const isKnown = () => verdict.convicts === "peer" && revocations.isRevoked(verdict.admission);
        if (isOurs) frauds.report(proof);
        // Of its publisher a whole broadcast hears, and nobody is told when the platform knows: some of them are enough.
        else if (verdict.convicts === "peer" || Math.random() < heardShare) clock.after(heardMs * (0.2 + 0.8 * Math.random()), () => over.aborted || isKnown() || frauds.report(proof, true));
        around.changed();
      },
      self: admitted.self, platform, platformTime: admissions.platformTime, revocations, clock: around.clock, maxBytes,
      origin: {
        record: async (name) => this.#origin.record(this.#tracks.slot(name)),
        range: async (name, from, to) => this.#origin.range(this.#tracks.slot(name), from, to),
      },
      readRecord: async (file, name) => around.readRecord(file, this.#tracks.slot(name)),
      random: new SeededRandom(crypto.getRandomValues(new Int32Array(1))[0] ?? 1),
      uploadRate: (admitted.self.admission.uploadLimit ?? Number.POSITIVE_INFINITY) / 8000,
    });
    this.#node = node;
    this.#filing = new ReceiptFiling({ ...parts, chance: Math.random, service: node.service, sign: (bytes) => key.sign(bytes), changed: around.changed });
    node.share(this.#isSharing && this.#mayShare());
    const neighbourhood = new Neighbourhood({
      node, clock: around.clock, platformTime: admissions.platformTime, broadcastId: around.broadcast.id, connect: around.connect, openRelay: around.openRelay, changed: around.changed,
      iceServers: () => this.#admittance?.current?.iceServers ?? [],
      takesViewers: () => this.#admittance?.current?.sharing !== "forbidden" && this.#admittance?.current?.self.admission.isPrivate !== true,
      say: (message) => this.#tracker?.say(message),
    });
    this.#neighbourhood = neighbourhood;
    this.#tracker = new TrackerClient({
      open: around.openTracker, clock: around.clock, chance: Math.random, self: () => this.#admittance?.current?.self ?? admitted.self,
      tracks: () => this.#tracks.playing, parted: () => node.parted,
      said: (message) => this.#hear(message),
      lost: () => {
        neighbourhood.trackerLost();
        this.#become("tracker-away");
      },
    });
    void admittance.keep((newer) => this.#renew(newer), () => {
      this.close();
      this.#become("not-admitted");
    });
    this.#reports = new FigureReports({
      clock: around.clock, now: () => this.#figures(), say: (figures) => this.#tracker?.say({ type: "figures", ...figures }),
      isJoined: () => this.#tracker?.isJoined === true, isOver: () => this.state === "closed",
    });
  }

  async #renew({ self }: Admitted): Promise<void> {
    this.#node?.renew(self);
    this.#node?.share(this.#isSharing && this.#mayShare());
    await this.#tracker?.renew();
  }

  // What is played and whether anything is sent, when it has changed: parts are handed to who has a use for them and passes them on.
  #tell(): void {
    const [tracks, sharing] = [this.#tracks.playing, this.#isSharing && this.#mayShare()];
    const said = `${tracks.join()} ${sharing}`;
    if (said === this.#said || !this.#tracker?.isJoined) return;
    this.#said = said;
    this.#tracker.say({ type: "playing", tracks, sharing });
  }

  #figures(): Figures {
    const { origin, relays, peers, sent, badChunks } = this.counts;
    const { stalls, stalledMs, latencyMs } = this.around.viewing();
    return {
      origin: origin + this.elsewhere, relays, peers: peers - relays, sent, refused: badChunks, stalls, stalledMs,
      ...(latencyMs === undefined ? {} : { latencyMs: Math.min(3_600_000, Math.max(0, Math.round(latencyMs))) }),
    };
  }

  #mayShare(): boolean {
    return this.#admittance?.current?.sharing !== "forbidden" && this.#admittance?.current?.self.admission.uploadLimit !== 0;
  }

  #hear(message: Exclude<FromTracker, { type: "challenge" | "optional" }>): void {
    switch (message.type) {
      case "joined":
        this.viewers = message.viewers;
        this.minViewers = message.minViewers;
        this.#neighbourhood?.bound(message.maxLinks);
        this.#said = "";
        this.#reports?.joined();
        this.#tell();
        this.#become("joined");
        break;
      case "viewers":
        this.viewers = message.count;
        this.around.changed();
        break;
      case "introduce":
        this.#neighbourhood?.introduce(message.introduced);
        break;
      case "signal":
        this.#neighbourhood?.signal(message.peer, message.kind, message.text);
        break;
      case "gone":
        this.#neighbourhood?.gone(message.peer);
        break;
      case "stripe":
        void this.#bringIn(message.stripe);
        break;
      case "revoked":
        void this.#node?.revoke(message.token);
        break;
      case "refused":
        // The room is another server's: the next admission says whose.
        if (message.code === "going-away" || message.code === "wrong-tracker") this.#admittance?.hurry();
        this.around.changed();
        break;
      case "limited":
        this.around.changed();
        break;
    }
  }

  async #bringIn(stripe: Stripe): Promise<void> {
    // A part of what is not played here any more is left: who waits for it finds out by its deadline.
    if (!this.#tracks.playing.includes(stripe.track)) return;
    if (this.#ahead >= maxStripesAhead) return;
    this.#ahead++;
    try {
      this.#node?.bringIn(await this.#tracks.name(stripe), stripe.span);
    } finally {
      this.around.clock.after(10_000, () => this.#ahead--);
    }
  }

  /** Stripes of the last seconds: a tracker that sends without end does not fill the page. */
  #ahead = 0;

  #become(state: SwarmState): void {
    if (this.state !== "closed" || state === "not-admitted") this.state = state;
    this.around.changed();
  }
}
