import { beforeEach, describe, expect, it } from "vitest";
import type { Channel as ChannelBinding } from "../../src/peering/proofs.js";
import type { LinkFailure } from "../../src/swarm/connecting.js";
import type { Channel } from "../../src/swarm/linkSession.js";
import { PeerConnection } from "../../src/swarm/peerConnection.js";
import type { SignalKind } from "../../src/swarm/trackerMessages.js";
import { type Bytes, sameBytes, toHex } from "../../src/verify/bytes.js";
import { sha256 } from "../../src/verify/sha256.js";
import { random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

/** What of RTCPeerConnection is used; two of them are joined by hand. Real ones link in tests/Browser/swarm.test.ts. */
class Fake {
  onicecandidate: ((event: { candidate: { toJSON(): unknown } | null }) => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  ondatachannel: unknown = null;
  connectionState = "new";
  localDescription: { sdp: string } | null = null;
  remoteDescription: { sdp: string } | null = null;
  readonly candidates: unknown[] = [];
  readonly channel = {
    readyState: "connecting", bufferedAmount: 0, binaryType: "", sent: [] as Bytes[],
    onopen: null as (() => void) | null, onclose: null as (() => void) | null, onmessage: null as ((event: { data: unknown }) => void) | null,
    send: (message: Bytes) => void this.channel.sent.push(message),
    close: () => void (this.channel.readyState = "closed"),
  };
  isClosed = false;
  live: Bytes[] | undefined;

  constructor(readonly fingerprint: Bytes) {}

  createDataChannel = () => this.channel;
  createOffer = () => Promise.resolve({ type: "offer" });
  createAnswer = () => Promise.resolve({ type: "answer" });
  setLocalDescription = ({ type }: { type: string }) => {
    this.localDescription = { sdp: `${type}\r\na=fingerprint:sha-256 ${(toHex(this.fingerprint).match(/../g) ?? []).join(":")}\r\n` };
    return Promise.resolve();
  };
  setRemoteDescription = ({ sdp }: { sdp: string }) => {
    this.remoteDescription = { sdp };
    return Promise.resolve();
  };
  addIceCandidate = (candidate: unknown) => {
    if (!this.remoteDescription) throw new Error("too early");
    this.candidates.push(candidate);
    return Promise.resolve();
  };
  close = () => void (this.isClosed = true);

  get sctp() {
    return { transport: this.live ? { getRemoteCertificates: () => this.live } : {} };
  }
}

interface Side {
  readonly fake: Fake;
  readonly connection: PeerConnection;
  readonly failures: LinkFailure[];
  readonly received: Bytes[];
  readonly opened: { readonly channel: Channel; readonly binding: ChannelBinding }[];
  closed: number;
}

let clock: VirtualClock;
let certificates: [Bytes, Bytes];
beforeEach(() => {
  clock = new VirtualClock();
  certificates = [random(200), random(200)];
});

async function side(certificate: Bytes, offers: boolean, signal: (kind: SignalKind, text: string) => void): Promise<Side> {
  const fake = new Fake(await sha256(certificate));
  const made: Omit<Side, "connection"> = { fake, failures: [], received: [], opened: [], closed: 0 };
  const connection = new PeerConnection({
    create: () => fake as unknown as RTCPeerConnection, iceServers: [], offers, clock, signal,
    opened: (channel, binding) => {
      made.opened.push({ channel, binding });
      return { received: (message) => made.received.push(message), closed: () => made.closed++ };
    },
    failed: (why) => made.failures.push(why),
  });
  return Object.assign(made, { connection });
}

/** Both sides, with the other's signals brought to each. */
async function pair(): Promise<[Side, Side]> {
  const sides: Side[] = [];
  const to = (n: 0 | 1) => (kind: SignalKind, text: string) => void settle().then(() => sides[n]?.connection.signal(kind, text));
  sides.push(await side(certificates[0], true, to(1)), await side(certificates[1], false, to(0)));
  while (sides.some(({ fake }) => !fake.remoteDescription || !fake.localDescription)) await settle();
  return sides as [Side, Side];
}

async function settle(): Promise<void> {
  for (let n = 0; n < 10; n++) await new Promise((done) => setTimeout(done));
}

async function open({ fake }: Side): Promise<void> {
  fake.channel.readyState = "open";
  fake.channel.onopen?.();
  await settle();
}

describe("a connection to a neighbour", () => {
  it("is bound to both certificates, the same on both sides", async () => {
    const [one, other] = await pair();
    [one.fake.live, other.fake.live] = [[certificates[1]], [certificates[0]]];
    await open(one);
    await open(other);
    expect(one.opened[0]?.binding).toEqual({ offererFingerprint: one.fake.fingerprint, answererFingerprint: other.fake.fingerprint });
    expect(other.opened[0]?.binding).toEqual(one.opened[0]?.binding);
  });

  it("goes by the description where the browser does not tell the live certificate", async () => {
    const [one, other] = await pair();
    await open(one);
    const { binding } = one.opened[0] ?? {};
    expect(binding && "answererFingerprint" in binding && sameBytes(binding.answererFingerprint, other.fake.fingerprint)).toBe(true);
  });

  it("that is open before the description is taken waits for that", async () => {
    const { fake, connection, opened, failures } = await side(certificates[0], true, () => undefined);
    await settle();
    const take = fake.setRemoteDescription;
    fake.setRemoteDescription = (description) => settle().then(() => take(description));
    connection.signal("answer", `a=fingerprint:sha-256 ${"ab:".repeat(31)}ab\r\n`);
    fake.channel.readyState = "open";
    fake.channel.onopen?.();
    await settle();
    await settle();
    expect([opened.length, failures]).toEqual([1, []]);
  });

  it("is none if the live certificate is not what the description said", async () => {
    const [one] = await pair();
    one.fake.live = [random(200)];
    await open(one);
    expect([one.opened.length, one.failures, one.fake.channel.readyState]).toEqual([0, ["no-fingerprint"], "closed"]);
  });

  it("is none if the description names two certificates, or none", async () => {
    for (const change of [(sdp: string) => `${sdp}a=fingerprint:sha-256 ${"00:".repeat(31)}00\r\n`, () => "v=0\r\n"]) {
      const [one] = await pair();
      one.fake.remoteDescription = { sdp: change(one.fake.remoteDescription?.sdp ?? "") };
      await open(one);
      expect(one.failures).toEqual(["no-fingerprint"]);
    }
  });

  it("takes candidates that come before the description, once it is there", async () => {
    const answerer = await side(certificates[1], false, () => undefined);
    answerer.connection.signal("candidate", JSON.stringify({ candidate: "candidate:1", sdpMid: "0" }));
    answerer.connection.signal("candidate", JSON.stringify({ candidate: "" }));
    await settle();
    expect(answerer.fake.candidates).toEqual([]);
    answerer.connection.signal("offer", "v=0");
    await settle();
    expect(answerer.fake.candidates).toEqual([{ candidate: "candidate:1", sdpMid: "0", sdpMLineIndex: null }]);
  });

  it("takes one description from the side whose turn it is, and ends over a signal that cannot be read", async () => {
    const offerer = await side(certificates[0], true, () => undefined);
    await settle();
    offerer.connection.signal("offer", "v=0");
    await settle();
    expect(offerer.fake.remoteDescription).toBeNull();
    offerer.connection.signal("answer", "first");
    offerer.connection.signal("answer", "second");
    await settle();
    expect(offerer.fake.remoteDescription).toEqual({ sdp: "first" });
    offerer.connection.signal("candidate", "{");
    await settle();
    expect(offerer.failures).toEqual(["bad-signal"]);
  });

  it("says why it did not come to be: no answer, no path, or nothing over the path", async () => {
    const silent = await side(certificates[0], true, () => undefined);
    const [pathless] = await pair();
    const [mute] = await pair();
    mute.fake.connectionState = "connected";
    mute.fake.onconnectionstatechange?.();
    const [blocked] = await pair();
    blocked.fake.connectionState = "failed";
    blocked.fake.onconnectionstatechange?.();
    expect(blocked.failures).toEqual(["no-path"]);
    clock.runUntil(20_000);
    expect([silent, pathless, mute].map(({ failures }) => failures)).toEqual([["no-answer"], ["no-path"], ["no-channel"]]);
    expect([silent, pathless, mute, blocked].every(({ fake }) => fake.isClosed)).toBe(true);
  });

  it("gives what came before it was open here, tells its end once, and nothing after", async () => {
    const [one] = await pair();
    one.fake.channel.onmessage?.({ data: Uint8Array.of(1, 2).buffer });
    await open(one);
    one.fake.channel.onmessage?.({ data: "text" });
    expect(one.received).toEqual([Uint8Array.of(1, 2), new Uint8Array(0)]);
    one.fake.channel.onclose?.();
    one.fake.connectionState = "failed";
    one.fake.onconnectionstatechange?.();
    expect([one.closed, one.failures]).toEqual([1, []]);
  });

  it("sends over an open channel alone, and says what waits in it", async () => {
    const [one] = await pair();
    await open(one);
    const { channel } = one.opened[0] ?? {};
    channel?.send(Uint8Array.of(1));
    one.fake.channel.bufferedAmount = 77;
    expect(channel?.backlog).toBe(77);
    one.fake.channel.readyState = "closing";
    channel?.send(Uint8Array.of(2));
    expect(one.fake.channel.sent).toEqual([Uint8Array.of(1)]);
  });

  it("lets out what was sent last, but takes nothing more of one that is cut off", async () => {
    const [one, other] = await pair();
    await open(one);
    await open(other);
    one.opened[0]?.channel.close();
    other.opened[0]?.channel.close(true);
    expect([one.fake.isClosed, other.fake.isClosed]).toEqual([false, true]);
    clock.runUntil(clock.now + 500);
    expect(one.fake.isClosed).toBe(true);
  });
});
