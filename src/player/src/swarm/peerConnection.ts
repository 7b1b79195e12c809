import { fingerprintOf } from "../peering/fingerprint.js";
import { maxMessage } from "../peering/messages.js";
import type { Channel as ChannelBinding } from "../peering/proofs.js";
import { type Bytes, sameBytes } from "../verify/bytes.js";
import { sha256 } from "../verify/sha256.js";
import type { IceServer } from "./admissions.js";
import type { Clock } from "./clock.js";
import type { Connecting, ConnectingParts } from "./connecting.js";
import { maxSignal, type SignalKind } from "./trackerMessages.js";

/** Both sides know the one channel there is, so neither has to announce it. */
const channelSettings: RTCDataChannelInit = { ordered: true, negotiated: true, id: 0 };
const linkWithinMs = 15_000;
/** The last message of a channel is let out before the connection goes. */
const lingerMs = 500;
const maxCandidates = 64;
/** What may come before the channel's binding is known here: the other's hello. */
const maxEarly = 4;

export interface PeerConnectionParts extends ConnectingParts {
  readonly create: (settings: RTCConfiguration) => RTCPeerConnection;
  readonly iceServers: readonly IceServer[];
  /** Whether this side makes the offer. The tracker says who does, so that never both do. */
  readonly offers: boolean;
  readonly clock: Clock;
  readonly signal: (kind: SignalKind, text: string) => void;
}

/** A WebRTC connection to a neighbour, with one ordered data channel, from its first signal to its end. */
export class PeerConnection implements Connecting {
  readonly #connection: RTCPeerConnection;
  readonly #channel: RTCDataChannel;
  readonly #early: Bytes[] = [];
  readonly #candidates: RTCIceCandidateInit[] = [];
  #taken = 0;
  #session: ReturnType<ConnectingParts["opened"]> | undefined;
  #hasPath = false;
  #isOver = false;
  // One signal after the other: a candidate waits for the description it belongs to.
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly parts: PeerConnectionParts) {
    const connection = parts.create({ iceServers: parts.iceServers.map((server) => ({ ...server })) });
    this.#connection = connection;
    this.#channel = connection.createDataChannel("liveledger", channelSettings);
    this.#channel.binaryType = "arraybuffer";
    this.#channel.onopen = () => void this.#open().catch(() => this.#fail("no-channel"));
    this.#channel.onclose = () => this.#fail(this.#hasPath ? "no-channel" : "no-path");
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => this.#take(data);
    connection.ondatachannel = ({ channel }) => channel.close();
    connection.onicecandidate = ({ candidate }) => {
      const text = candidate ? JSON.stringify(candidate.toJSON()) : JSON.stringify({ candidate: "" });
      if (text.length <= maxSignal) parts.signal("candidate", text);
    };
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "connected") this.#hasPath = true;
      else if (connection.connectionState === "failed") this.#fail(this.#hasPath ? "path-lost" : "no-path");
    };
    if (parts.offers) this.#then(() => this.#describe("offer"));
    parts.clock.after(linkWithinMs, () => this.#session || this.#fail(this.#why()));
  }

  /** Something from the neighbour by way of the tracker: a stranger's word. */
  signal(kind: SignalKind, text: string): void {
    this.#then(async () => {
      if (kind === "candidate") {
        await this.#candidate(text);
        return;
      }
      // One offer and one answer a connection, from the side whose turn it is.
      if (this.#connection.remoteDescription || (kind === "answer") !== this.parts.offers) return;
      await this.#connection.setRemoteDescription({ type: kind, sdp: text });
      for (const candidate of this.#candidates.splice(0)) await this.#connection.addIceCandidate(candidate).catch(() => undefined);
      if (kind === "offer") await this.#describe("answer");
    });
  }

  close(atOnce = false): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel.onopen = this.#channel.onclose = this.#channel.onmessage = null;
    this.#connection.onicecandidate = this.#connection.onconnectionstatechange = null;
    this.#channel.close();
    if (atOnce) this.#connection.close();
    else this.parts.clock.after(lingerMs, () => this.#connection.close());
  }

  /** Milliseconds to the neighbour and back, where the browser has measured it. */
  async roundTrip(): Promise<number | undefined> {
    let found: number | undefined;
    (await this.#connection.getStats()).forEach((entry: { type: string; nominated?: boolean; state?: string; currentRoundTripTime?: number }) => {
      if (entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded" && entry.currentRoundTripTime !== undefined) found = 1000 * entry.currentRoundTripTime;
    });
    return found;
  }

  async #describe(kind: "offer" | "answer"): Promise<void> {
    const connection = this.#connection;
    await connection.setLocalDescription(await (kind === "offer" ? connection.createOffer() : connection.createAnswer()));
    const sdp = connection.localDescription?.sdp;
    if (!sdp || sdp.length > maxSignal) throw new Error("a description that cannot be sent");
    this.parts.signal(kind, sdp);
  }

  async #candidate(text: string): Promise<void> {
    if (++this.#taken > maxCandidates) return;
    const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = JSON.parse(text) as RTCIceCandidateInit;
    if (typeof candidate !== "string" || candidate === "") return;
    const init: RTCIceCandidateInit = {
      candidate, sdpMid: sdpMid ?? null, sdpMLineIndex: sdpMLineIndex ?? null, ...(typeof usernameFragment === "string" ? { usernameFragment } : {}),
    };
    if (!this.#connection.remoteDescription) this.#candidates.push(init);
    // One that this browser cannot use is no reason to give the others up.
    else await this.#connection.addIceCandidate(init).catch(() => undefined);
  }

  #then(step: () => Promise<void>): void {
    this.#last = this.#last.then(() => (this.#isOver ? undefined : step())).catch(() => this.#fail("bad-signal"));
  }

  async #open(): Promise<void> {
    this.#hasPath = true;
    // On a busy machine the channel is open before the page has heard that the description is taken which it came to be by.
    await this.#last;
    if (this.#isOver) return;
    const { offers, opened } = this.parts;
    const ours = fingerprintOf(this.#connection.localDescription?.sdp ?? "");
    const theirs = await this.#theirFingerprint();
    if (this.#isOver) return;
    if (!ours || !theirs) {
      this.#fail("no-fingerprint");
      return;
    }
    const binding: ChannelBinding = offers ? { offererFingerprint: ours, answererFingerprint: theirs } : { offererFingerprint: theirs, answererFingerprint: ours };
    const channel = this.#channel;
    const session = opened({
      send: (message) => {
        // A browser's own bound on what waits is far above the one that ends a link; what it throws otherwise is a channel that closes just now.
        if (channel.readyState === "open") channel.send(message);
      },
      close: (atOnce) => this.close(atOnce),
      get backlog() {
        return channel.bufferedAmount;
      },
    }, binding);
    this.#session = session;
    for (const message of this.#early.splice(0)) session.received(message);
  }

  // What the connection really runs under where the browser tells, and then it must be what the description said; else the description.
  async #theirFingerprint(): Promise<Bytes | undefined> {
    const stated = fingerprintOf(this.#connection.remoteDescription?.sdp ?? "");
    const transport = this.#connection.sctp?.transport;
    const [live] = transport && "getRemoteCertificates" in transport ? transport.getRemoteCertificates() : [];
    if (!stated || !live) return stated;
    return sameBytes(await sha256(new Uint8Array(live)), stated) ? stated : undefined;
  }

  #take(data: unknown): void {
    // What is no message at all is one that cannot be read.
    const message = data instanceof ArrayBuffer && data.byteLength <= maxMessage ? new Uint8Array(data) : new Uint8Array(0);
    if (this.#session) this.#session.received(message);
    else if (this.#early.push(message) > maxEarly) this.#fail("bad-signal");
  }

  #why(): "no-answer" | "no-path" | "no-channel" {
    if (!this.#connection.remoteDescription) return "no-answer";
    return this.#hasPath ? "no-channel" : "no-path";
  }

  #fail(why: Parameters<ConnectingParts["failed"]>[0]): void {
    if (this.#isOver) return;
    const session = this.#session;
    this.close();
    if (session) session.closed();
    else this.parts.failed(why);
  }
}
