import { beforeEach, describe, expect, it } from "vitest";
import { chunkSize, type PeerMessage } from "../../src/peering/messages.js";
import type { LinkSession } from "../../src/swarm/linkSession.js";
import { SegmentStore } from "../../src/swarm/segmentStore.js";
import { Uplink } from "../../src/swarm/uplink.js";
import { UploadCredit } from "../../src/swarm/uploadCredit.js";
import { Uploads } from "../../src/swarm/uploads.js";
import { VirtualClock } from "./virtualClock.js";

const segment = { track: 1n, epoch: 0, sequence: 0 };
const chunks = 64;
/** So fast that the whole segment takes a second. */
const rate = (chunks * chunkSize) / 1000;

const statement = new Uint8Array(64).fill(7);
const service = { isPaid: () => true, sent: () => undefined };

let clock: VirtualClock;
let uploads: Uploads;
let sent: PeerMessage[];
let backlog: number;
let received = 0;
let left: string[];
const link = { isUp: true, given: 0, leave: (_: number, why: string) => left.push(why), send: (message: PeerMessage) => sent.push(message), cut: () => undefined, get backlog() { return backlog; } } as unknown as LinkSession;

beforeEach(() => {
  received = 0;
  [clock, sent, backlog, left] = [new VirtualClock(), [], 0, []];
  const store = new SegmentStore(2 ** 24);
  store.open(segment, chunks * chunkSize);
  for (let chunk = 0; chunk < chunks; chunk++) store.put(segment, chunk, new Uint8Array(chunkSize).fill(chunk));
  uploads = new Uploads(store, new Uplink(clock, rate), new UploadCredit(() => received), clock, () => statement, service);
});

const chunksSent = () => sent.reduce((sum, message) => sum + (message.type === "chunks" ? message.chunks.length : 0), 0);

describe("what neighbours asked for", () => {
  it("goes out with a statement for each chunk, once they are signed", async () => {
    let resolve: (signed: typeof statement) => void = () => undefined;
    const promise = new Promise<typeof statement>((done) => (resolve = done));
    const store = new SegmentStore(2 ** 24);
    store.open(segment, 2 * chunkSize);
    for (const chunk of [0, 1]) store.put(segment, chunk, new Uint8Array(chunkSize).fill(chunk));
    uploads = new Uploads(store, new Uplink(clock, rate), new UploadCredit(() => received), clock, (_, chunk) => (chunk === 0 ? statement : promise), service);
    uploads.want(link, 1, segment, { first: 0, count: 2 });
    clock.runUntil(1000);
    expect(sent).toEqual([]);
    resolve(new Uint8Array(64).fill(8));
    await promise.then(() => new Promise((done) => setTimeout(done)));
    clock.runUntil(2000);
    expect(sent.map((message) => message.type === "chunks" && message.statements.map((bytes) => bytes[0]))).toEqual([[7, 8]]);
  });

  it("is refused, and gone for everybody, once its bytes are not the record's any more", async () => {
    const store = new SegmentStore(2 ** 24);
    store.open(segment, 2 * chunkSize);
    for (const chunk of [0, 1]) store.put(segment, chunk, new Uint8Array(chunkSize).fill(chunk));
    uploads = new Uploads(store, new Uplink(clock, rate), new UploadCredit(() => received), clock, (_, chunk) => (chunk === 0 ? statement : Promise.resolve(undefined)), service);
    uploads.want(link, 1, segment, { first: 0, count: 2 });
    await new Promise((done) => setTimeout(done));
    clock.runUntil(1000);
    expect(sent).toEqual([{ type: "no", request: 1, reason: 1 }]);
    expect(store.whole(segment)).toBeUndefined();
    expect(store.changes().flat()).toMatchObject([{ holding: "none" }]);
  });

  it("on a line that all want more of than it bears goes to each in turn, whoever asks at the right moment", () => {
    // A chunk a second, for five who ask again when they were refused: one of them always just after another.
    const store = new SegmentStore(2 ** 24);
    store.open(segment, chunks * chunkSize);
    for (let chunk = 0; chunk < chunks; chunk++) store.put(segment, chunk, new Uint8Array(chunkSize).fill(chunk));
    uploads = new Uploads(store, new Uplink(clock, chunkSize / 1000), new UploadCredit(() => received), clock, () => statement, service);
    const served = [0, 0, 0, 0, 0];
    const links = served.map((_, n) => ({ ...link, backlog: 0, send: ({ type }: PeerMessage) => type === "chunks" && served[n]!++ }) as unknown as LinkSession);
    let request = 0;
    for (let now = 0; now < 50_000; now += 250) {
      clock.runUntil(now);
      for (const one of links) uploads.want(one, ++request, segment, { first: 0, count: 1 });
    }
    expect(Math.min(...served)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...served)).toBeLessThanOrEqual(11);
  });

  it("goes at once to who asks while the line has room, though another's own channel is full and one that was refused asks no more", () => {
    const linkWith = (full: number, hears: (type: string) => void) => ({ ...link, backlog: full, send: ({ type }: PeerMessage) => hears(type) }) as unknown as LinkSession;
    const heard: string[] = [];
    const [full, gone, here] = [linkWith(2 ** 20, () => undefined), linkWith(0, () => undefined), linkWith(0, (type) => heard.push(type))];
    received = 2 ** 24;
    uploads.want(here, 0, segment, { first: 0, count: chunks });
    uploads.want(gone, 1, segment, { first: 0, count: 1 });
    let request = 2;
    for (let now = 2000; now < 4000; now += 200) {
      clock.runUntil(now);
      uploads.want(full, request++, segment, { first: 0, count: 1 });
      for (let n = 0; n < 8; n++) uploads.want(here, request++, segment, { first: n, count: 1 });
    }
    clock.runUntil(5000);
    expect(heard.filter((type) => type === "no")).toEqual([]);
    expect(heard.length).toBeGreaterThan(80);
  });

  it("goes out at the rate, in order, to its end", () => {
    uploads.want(link, 1, segment, { first: 0, count: chunks });
    clock.runUntil(500);
    expect(Math.abs(chunksSent() - chunks / 2)).toBeLessThanOrEqual(4);
    clock.runUntil(2000);
    expect(sent.flatMap((message) => (message.type === "chunks" ? message.chunks.map((chunk) => chunk[0]) : []))).toEqual(Array.from({ length: chunks }, (_, n) => n));
    expect(uploads.sent).toBe(chunks * chunkSize);
  });

  it("goes out no more from the moment that nothing is shared, and who waits for it hears so", () => {
    uploads.want(link, 1, segment, { first: 0, count: chunks });
    clock.runUntil(250);
    const before = chunksSent();
    expect(before).toBeGreaterThan(0);
    uploads.isOn = false;
    clock.runUntil(10_000);
    expect(chunksSent()).toBe(before);
    expect(sent.at(-1)).toEqual({ type: "no", request: 1, reason: 3 });
    uploads.isOn = true;
    uploads.want(link, 2, segment, { first: 0, count: 4 });
    clock.runUntil(20_000);
    expect(chunksSent()).toBe(before + 4);
  });

  it("goes with its channel where a slow line holds it for longer, and only there", () => {
    uploads.want(link, 1, segment, { first: 0, count: chunks });
    clock.runUntil(250);
    uploads.isOn = false;
    clock.runUntil(1000);
    expect(left).toEqual([]);
    uploads.isOn = true;
    uploads.want(link, 2, segment, { first: 0, count: chunks });
    clock.runUntil(1250);
    backlog = 100_000;
    uploads.isOn = false;
    clock.runUntil(1750);
    expect(left).toEqual(["slow"]);
  });

  it("is no more than came: then neighbours hear that there is much to do, and what was not sent counts for nothing", () => {
    let request = 0;
    // A newcomer's two megabytes are two segments.
    const ask = () => {
      uploads.want(link, ++request, segment, { first: 0, count: chunks });
      clock.runUntil(clock.now + 3000);
      return sent.at(-1)?.type;
    };
    expect([ask(), ask(), ask()]).toEqual(["chunks", "chunks", "no"]);
    received += chunks * chunkSize;
    uploads.want(link, ++request, segment, { first: 0, count: chunks });
    uploads.cancel(link, request);
    clock.runUntil(clock.now + 3000);
    expect([ask(), ask()]).toEqual(["chunks", "no"]);
  });

  it("waits while the line is full, and is given up if it stays so", () => {
    uploads.want(link, 1, segment, { first: 0, count: 16 });
    backlog = 2 ** 20;
    clock.runUntil(1000);
    const before = chunksSent();
    uploads.want(link, 2, segment, { first: 0, count: 4 });
    expect(sent.at(-1)).toEqual({ type: "no", request: 2, reason: 2 });
    backlog = 0;
    clock.runUntil(1500);
    expect([before, chunksSent()]).toEqual([0, 16]);

    uploads.want(link, 3, segment, { first: 16, count: 16 });
    backlog = 2 ** 20;
    clock.runUntil(10_000);
    expect(chunksSent()).toBe(16);
    expect(sent.at(-1)).toEqual({ type: "no", request: 3, reason: 2 });
  });
});
