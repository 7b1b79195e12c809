import type { Admission } from "../peering/admission.js";
import type { LinkSelf } from "../peering/linkHandshake.js";
import type { Channel as ChannelBinding, LinkSide } from "../peering/proofs.js";
import type { SegmentName } from "../peering/segmentName.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { chunkSize } from "../verify/chunkTree.js";
import { leafHash } from "../verify/merkle.js";
import { type Action, type ChunkSpan, type LinkId, noDeadline, type Offence } from "./actions.js";
import { Arrivals } from "./arrivals.js";
import { ChunkScheduler } from "./chunkScheduler.js";
import { CrossCheck } from "./crossCheck.js";
import { Deliveries } from "./deliveries.js";
import { Frauds } from "./frauds.js";
import { InitBook } from "./initBook.js";
import { Links } from "./links.js";
import type { Channel, LinkEnd, LinkSession } from "./linkSession.js";
import type { FetchTimes } from "./origin.js";
import { OriginFetches } from "./originFetches.js";
import { Pieces } from "./pieces.js";
import { RecordBook, type SegmentFacts } from "./recordBook.js";
import { SegmentStore } from "./segmentStore.js";
import { Service } from "./service.js";
import { StatementBook } from "./statementBook.js";
import type { BrokenOff, Delivered, FetchedChunk, LinkWatch, SwarmCounts, SwarmOrigin, SwarmParts } from "./swarmParts.js";
import { UploadCredit } from "./uploadCredit.js";
import { Uplink } from "./uplink.js";
import { Uploads } from "./uploads.js";
import { WantedSegments } from "./wantedSegments.js";

export type { BrokenOff, Delivered, FetchedChunk, LinkWatch, SwarmCounts, SwarmOrigin, SwarmParts };

const announceEveryMs = 100;
/** A fraction of the scheduler's margin: it decides by the deadline only when it is asked. */
const planEveryMs = 100;

/** A peer: gets segments chunk by chunk from neighbours and the origin, checks each, and passes on what was good. The same in a page and in a test; channels, clock and origin are given to it. */
export class SwarmNode {
  readonly counts: SwarmCounts = { origin: 0, peers: 0, relays: 0, goodChunks: 0, badChunks: 0 };
  readonly #links: Links;
  readonly #wanted: WantedSegments;
  readonly #fetches: OriginFetches;
  readonly #scheduler: ChunkScheduler;
  readonly #store: SegmentStore;
  readonly #uplink: Uplink;
  readonly #uploads: Uploads;
  readonly #pieces: Pieces;
  readonly #records: RecordBook;
  readonly #inits: InitBook;
  readonly #frauds: Frauds;
  readonly #deliveries: Deliveries;
  readonly #arrivals: Arrivals;
  /** What this peer gave to others, and the receipts that it has for it. */
  readonly service: Service;
  /** Bytes that the player loaded by itself. */
  #offered = 0;
  #isPlanning = false;
  #isAnnouncing = false;

  constructor(private readonly parts: SwarmParts) {
    const { clock, random, origin, readRecord, maxBytes, uploadRate } = parts;
    this.#scheduler = new ChunkScheduler(random, lotOf(parts.self.admission));
    this.#store = new SegmentStore(maxBytes);
    this.#links = new Links(parts, {
      up: (link) => this.#up(link),
      screen: (link, message) => this.#arrivals.screen(link, message),
      took: (link, message) => this.#arrivals.took(link, message).then(() => this.#plan()),
      down: (link) => this.#down(link),
    }, (other) => this.#frauds.convicts(other));
    this.#uplink = new Uplink(clock, uploadRate);
    const { broadcast, identity } = parts.self.admission;
    const key = () => this.#links.self.key.publicKey.bytes;
    this.service = new Service(clock, broadcast, key);
    this.#deliveries = new Deliveries({ clock, platformTime: parts.platformTime, broadcast, key, sign: (bytes) => this.#links.self.key.sign(bytes) });
    const statements = new StatementBook((bytes) => this.#links.self.key.sign(bytes));
    this.#uploads = new Uploads(this.#store, this.#uplink, new UploadCredit(() => this.counts.origin + this.counts.peers + this.#offered), clock, (segment, chunk, bytes) => {
      const facts = this.#records.known(segment);
      return facts && statements.of(segment, facts, chunk, bytes);
    }, this.service);
    this.#frauds = new Frauds({
      platform: parts.platform, clock, broadcast, identity: identity.bytes,
      proved: (verdict, proof, from) => {
        if (verdict.convicts === "peer") this.#links.leaveGuilty();
        else this.#arrivals.blameNobodyFor(verdict.record);
        for (const link of this.#links.all) if (link !== from) link.send({ type: "fraud", proof });
        parts.proved?.(verdict, proof, from === undefined);
      },
    });
    this.#pieces = new Pieces(clock);
    this.#inits = new InitBook(() => this.#best(this.#links.all.map(({ id }) => id)), this.#pieces, random);
    const neighbours = (segment: SegmentName) => this.#best(this.#scheduler.knowers(segment));
    this.#records = new RecordBook({ neighbours, origin: (segment) => origin.record(segment), read: readRecord }, this.#pieces, clock, random);
    const crossCheck = new CrossCheck({
      clock, pieces: this.#pieces, random, known: (segment) => this.#records.known(segment), read: readRecord, found: (proof) => void this.#frauds.heard(proof),
    });
    this.#arrivals = new Arrivals({
      clock, counts: this.counts, scheduler: this.#scheduler, records: this.#records, inits: this.#inits, pieces: this.#pieces, uploads: this.#uploads, service: this.service,
      deliveries: this.#deliveries, frauds: this.#frauds, crossCheck,
      keep: (segment, chunk, bytes) => this.#keep(segment, chunk, bytes), act: (actions) => this.#do(actions), revoke: (token, from) => this.revoke(token, from),
    });
    this.#fetches = new OriginFetches({
      clock, origin, records: this.#records, scheduler: this.#scheduler, counts: this.counts, came: (segment, chunk, bytes) => this.#keep(segment, chunk, bytes),
    });
    this.#wanted = new WantedSegments({
      clock, records: this.#records, opens: (segment, byteLength) => this.#store.open(segment, byteLength), expires: (segment) => this.unwant(segment),
      schedules: (wanted) => {
        this.#scheduler.want(wanted, clock.now);
        this.#scheduler.cameElsewhere(wanted.segment, this.#store.chunks(wanted.segment));
        this.#plan();
      },
    });
  }

  get sent(): number {
    return this.#uploads.sent;
  }

  /** Bytes a millisecond that may be sent to others, by what the line was seen to bear. */
  get uploadRate(): number {
    return this.#uplink.allowed;
  }

  get neighbours(): number {
    return this.#links.size;
  }

  /** Notes what the origin took for something. */
  learn(took: FetchTimes): void {
    this.#scheduler.learn(took);
  }

  /** Milliseconds that the origin is expected to take for so many bytes. */
  originMs(bytes: number): number {
    return this.#scheduler.originMs(bytes);
  }

  /** How many neighbours say that they have some of a segment. */
  holders(segment: SegmentName): number {
    return this.#scheduler.knowers(segment).length;
  }

  /** How links ended, newest last: of whom, where it was known, and why. */
  get ends(): readonly { readonly key: string | undefined; readonly why: LinkEnd }[] {
    return this.#links.ends;
  }

  /** With whom nothing more is had to do, by the names that their rights have in this broadcast. */
  get parted(): readonly string[] {
    return this.#links.parted;
  }

  /** Peers proved guilty here, and what was brought as a proof and is none. */
  get frauds(): { readonly convicted: number; readonly refused: number } {
    return this.#frauds;
  }

  /** The newer admission, for links from now on. */
  renew(self: LinkSelf): void {
    this.#links.self = self;
  }

  /** Takes a channel to another peer in. Give what it returns each message, and tell it when the channel is closed. */
  attach(channel: Channel, side: LinkSide, binding: ChannelBinding, watch: LinkWatch = {}): LinkSession {
    return this.#links.attach(channel, side, binding, watch);
  }

  /** A whole segment, every chunk of it checked. By the deadline at the latest, as far as the origin goes. */
  async want(segment: SegmentName, deadline: number, stripe?: ChunkSpan): Promise<Bytes> {
    // A copy each time: players hand their bytes on to other threads, and would take them from our neighbours.
    const whole = this.#store.whole(segment)?.slice();
    return whole ?? this.#wanted.want(segment, deadline, stripe);
  }

  /** As {@link want}, with the record, and what of it the origin gave since it was first wanted. */
  async deliver(segment: SegmentName, deadline: number): Promise<Delivered> {
    const bytes = await this.want(segment, deadline);
    const { file } = await this.#records.find(segment, () => true);
    return { bytes, record: file, origin: this.#fetches.timesOf(segment) };
  }

  /** Goes on with what a download from the origin brought of a segment that is wanted: what is good of it is kept, and the origin known for as slow as it was. */
  async goOn(segment: SegmentName, { facts, chunks, took }: BrokenOff): Promise<void> {
    this.#records.keep(segment, facts);
    this.#scheduler.learn(took);
    if (!this.#wanted.has(segment)) return;
    this.#store.open(segment, facts.byteLength);
    for (const { chunk, bytes } of chunks) {
      if (!sameBytes(await leafHash(bytes), facts.leaves.subarray(32 * chunk, 32 * chunk + 32))) continue;
      this.#offered += bytes.length;
      this.#scheduler.cameElsewhere(segment, [chunk]);
      this.#keep(segment, chunk, bytes);
    }
    this.#plan();
  }

  /** The tracker's word that others wait for a part of a segment: it is fetched at once, and the rest comes as neighbours have it. */
  bringIn(segment: SegmentName, stripe: ChunkSpan): void {
    if (!this.#store.whole(segment)) void this.#wanted.want(segment, noDeadline, stripe);
  }

  /** The player needs it no more. */
  unwant(segment: SegmentName): void {
    this.#wanted.drop(segment);
    this.#store.release(segment);
    this.#do(this.#scheduler.unwant(segment, this.parts.clock.now));
  }

  /** A segment that was loaded and checked in another way, for neighbours. Its bytes are copied. */
  offer(segment: SegmentName, facts: SegmentFacts, bytes: Bytes): void {
    if (bytes.length !== facts.byteLength) return;
    this.#offered += bytes.length;
    this.#records.keep(segment, facts);
    this.#store.open(segment, facts.byteLength);
    for (let chunk = 0; chunk * chunkSize < bytes.length; chunk++) this.#keep(segment, chunk, bytes.subarray(chunk * chunkSize, (chunk + 1) * chunkSize));
  }

  /** The facts of a segment's record, from neighbours if they have it. */
  facts(segment: SegmentName, isWanted: () => boolean): Promise<SegmentFacts> {
    return this.#records.find(segment, isWanted);
  }

  /** An init segment by its hash; undefined where no neighbour has it. */
  init(hash: Bytes): Promise<Bytes | undefined> {
    return this.#inits.find(hash);
  }

  /** An init segment that was checked. */
  offerInit(bytes: Bytes): Promise<void> {
    return this.#inits.keep(bytes);
  }

  /** Somebody's word that peers are revoked: if it is the platform's, and new, their links end and neighbours hear of it. */
  async revoke(token: string, from?: LinkSession): Promise<void> {
    const { revocations } = this.parts;
    if (!(await revocations.take(token))) return;
    for (const link of this.#links.all) {
      if (link.other && revocations.isRevoked(link.other)) link.leave(3);
      else if (link !== from) link.send({ type: "revoked", token });
    }
  }

  /** Whether anything is sent to others. */
  share(isOn: boolean): void {
    if (this.#uploads.isOn === isOn) return;
    this.#uploads.isOn = isOn;
    for (const link of this.#links.all) link.send({ type: "sending", isOn });
  }

  leave(): void {
    this.#links.leave();
  }

  // Of whom something good has come, if there are any: what the others say may be made up.
  #best(links: readonly LinkId[]): LinkSession[] {
    const proved = this.#scheduler.proved(links);
    return (proved.length > 0 ? proved : links).flatMap((id) => this.#links.get(id) ?? []);
  }

  #up(link: LinkSession): void {
    this.#scheduler.linkUp(link.id, link.other && lotOf(link.other));
    for (const held of this.#store.all()) link.send({ type: "have", held });
    if (!this.#uploads.isOn) link.send({ type: "sending", isOn: false });
  }

  #down(link: LinkSession): void {
    // Who goes before it has shown its record is as good as cut off.
    if (this.#arrivals.down(link) && link.other) this.#links.ban(link.other);
    this.#uploads.down(link);
    this.#deliveries.down(link);
    this.service.down(link);
    this.#scheduler.linkDown(link.id);
    this.#plan();
  }

  #keep(segment: SegmentName, chunk: number, bytes: Bytes): void {
    if (!this.#store.put(segment, chunk, bytes)) return;
    const whole = this.#store.whole(segment);
    if (whole) {
      this.#wanted.came(segment, whole);
      this.#do(this.#scheduler.unwant(segment, this.parts.clock.now));
    }
    if (this.#isAnnouncing) return;
    this.#isAnnouncing = true;
    this.parts.clock.after(announceEveryMs, () => {
      this.#isAnnouncing = false;
      for (const held of this.#store.changes()) for (const link of this.#links.all) link.send({ type: "have", held });
    });
  }

  #plan(): void {
    this.#do(this.#scheduler.plan(this.parts.clock.now));
    if (this.#isPlanning || this.#wanted.isEmpty) return;
    this.#isPlanning = true;
    this.parts.clock.after(planEveryMs, () => {
      this.#isPlanning = false;
      this.#plan();
    });
  }

  #do(actions: readonly Action[]): void {
    for (const action of actions) {
      if (action.type === "ask") this.#links.get(action.link)?.send({ type: "want", request: action.request, segment: action.segment, ...action.span });
      else if (action.type === "cancel") this.#links.get(action.link)?.send({ type: "cancel", request: action.request });
      else if (action.type === "cut") this.#cut(action.link, action.offence);
      else if (action.type === "leave") this.#links.get(action.link)?.leave(1, "idle");
      else void this.#fetches.fetch(action.segment, action.span).then((has) => has && this.#plan());
    }
  }

  #cut(link: LinkId, offence: Offence): void {
    this.#links.get(link)?.cut(offence);
  }
}

function lotOf({ key }: Admission): number {
  return new DataView(key.bytes.buffer, key.bytes.byteOffset).getUint32(0);
}
