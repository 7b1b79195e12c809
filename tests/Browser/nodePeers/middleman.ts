import { readMessage } from "../../../src/player/src/peering/messages.js";
import type { Bytes } from "../../../src/player/src/verify/bytes.js";
import type { OriginLine } from "../support/originLine.js";
import { WebSocket, WebSocketServer } from "ws";
import { connect } from "./webrtc.js";

/** What somebody in the middle says of its certificate: its own; the other peer's, which it has not; or both. */
export type Claim = "own" | "other's" | "both";
export const claims = ["own", "other's", "both"] as const;

/** A link that was taken over. */
export interface Taken {
  readonly between: readonly [string, string];
  readonly claim: Claim;
  /** Both data channels were open at once. */
  isOpen: boolean;
  /** Messages that went through, by their type. */
  readonly passed: Map<string, number>;
}

type Said = Record<string, unknown> & { type: string; peer?: string; kind?: string; text?: string };

/**
 * Sits on the way to the tracker, and puts itself between each two peers that are introduced: it ends the one's DTLS with a certificate of its own, and the other's with another one,
 * and hands on whatever comes over their data channels.
 */
export class Middleman {
  readonly taken: Taken[] = [];
  /** How it goes about the next link. */
  claim: (n: number) => Claim = () => "own";
  readonly #victims = new Map<string, WebSocket>();
  readonly #links = new Map<string, Interposed>();

  constructor(line: OriginLine) {
    const sockets = new WebSocketServer({ noServer: true });
    line.taking = (path, request, socket, head) => {
      if (!path.startsWith("/v1/swarm")) return false;
      const { host = "" } = request.headers as { host?: string };
      sockets.handleUpgrade(request, socket, head, (victim) => this.#between(victim, new WebSocket(`${line.target.replace(/^http/, "ws")}${path}`, { headers: { host } })));
      return true;
    };
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
  }

  #between(victim: WebSocket, tracker: WebSocket): void {
    let own = "";
    const early: string[] = [];
    victim.on("message", (data) => {
      const text = String(data);
      const said = JSON.parse(text) as Said;
      // Nothing of it reaches the tracker, nor the one whom it is for.
      if (said.type === "signal") void this.#signal(own, said).catch(() => undefined);
      else if (tracker.readyState === WebSocket.OPEN) tracker.send(text);
      else early.push(text);
    });
    tracker.on("open", () => early.splice(0).forEach((text) => tracker.send(text)));
    tracker.on("message", (data) => {
      const said = JSON.parse(String(data)) as Said;
      if (said.type === "joined") this.#victims.set((own = said.peer ?? ""), victim);
      victim.send(String(data));
    });
    for (const [one, other] of [[victim, tracker], [tracker, victim]] as const) one.on("error", () => undefined).on("close", () => other.close());
  }

  async #signal(from: string, { peer: to = "", kind = "", text = "" }: Said): Promise<void> {
    const key = [from, to].sort().join();
    let link = this.#links.get(key);
    if (!link) {
      const taken: Taken = { between: [from, to], claim: this.claim(this.taken.length), isOpen: false, passed: new Map() };
      this.taken.push(taken);
      link = new Interposed(taken, (victim, kind, text) => this.#victims.get(victim)?.send(JSON.stringify({ type: "signal", peer: victim === from ? to : from, kind, text })));
      this.#links.set(key, link);
    }
    await link.heard(from, kind, text);
  }
}

/** Two connections with a certificate each, and what comes over one goes out over the other. */
class Interposed {
  readonly #legs: Map<string, Leg>;
  /** What the victims said of their certificates. */
  readonly #stated = new Map<string, string>();

  constructor(
    private readonly taken: Taken,
    private readonly say: (victim: string, kind: string, text: string) => void,
  ) {
    const [one, other] = taken.between;
    this.#legs = new Map([[one, this.#leg(one)], [other, this.#leg(other)]]);
  }

  async heard(victim: string, kind: string, text: string): Promise<void> {
    const [leg, other] = [this.#legs.get(victim), this.#legs.get(this.#opposite(victim))];
    if (!leg || !other) return;
    if (kind === "candidate") {
      await leg.candidate(text);
      return;
    }
    this.#stated.set(victim, fingerprintLine(text));
    await leg.connection.setRemoteDescription({ type: kind as RTCSdpType, sdp: text });
    await leg.described();
    if (kind === "answer") return;
    // First to the other one, so that its certificate is known when this one is answered.
    const offer = await other.connection.createOffer();
    await other.connection.setLocalDescription(offer);
    this.#tell(this.#opposite(victim), "offer", other);
    await leg.connection.setLocalDescription(await leg.connection.createAnswer());
    for (let n = 0; n < 100 && this.taken.claim !== "own" && !this.#stated.has(this.#opposite(victim)); n++) await new Promise((resolve) => setTimeout(resolve, 50));
    this.#tell(victim, "answer", leg);
  }

  close(): void {
    for (const { connection } of this.#legs.values()) connection.close();
  }

  #opposite(victim: string): string {
    const [one, other] = this.taken.between;
    return victim === one ? other : one;
  }

  #tell(victim: string, kind: "offer" | "answer", { connection }: Leg): void {
    const sdp = connection.localDescription?.sdp ?? "";
    const theirs = this.#stated.get(this.#opposite(victim));
    const { claim } = this.taken;
    this.say(victim, kind, claim === "own" || !theirs ? sdp : sdp.replace(/a=fingerprint:.*\r\n/g, (ours) => (claim === "both" ? ours + theirs : theirs)));
  }

  #leg(victim: string): Leg {
    const leg = new Leg((text) => this.say(victim, "candidate", text));
    leg.channel.onopen = () => {
      const other = this.#legs.get(this.#opposite(victim));
      if (other?.channel.readyState !== "open") return;
      this.taken.isOpen = true;
      for (const each of [leg, other]) each.drain();
    };
    leg.channel.onmessage = ({ data }) => {
      const message = new Uint8Array(data as ArrayBuffer);
      const type = readMessage(message)?.type ?? "unreadable";
      this.taken.passed.set(type, (this.taken.passed.get(type) ?? 0) + 1);
      this.#legs.get(this.#opposite(victim))?.send(message);
    };
    leg.channel.onclose = () => this.#legs.get(this.#opposite(victim))?.channel.close();
    return leg;
  }
}

class Leg {
  readonly connection = connect({});
  readonly channel = this.connection.createDataChannel("liveledger", { ordered: true, negotiated: true, id: 0 });
  readonly #queue: Bytes[] = [];
  readonly #candidates: RTCIceCandidateInit[] = [];
  #isDescribed = false;

  constructor(candidate: (text: string) => void) {
    this.channel.binaryType = "arraybuffer";
    this.connection.onicecandidate = ({ candidate: found }) => candidate(JSON.stringify(found ? found.toJSON() : { candidate: "" }));
  }

  send(message: Bytes): void {
    this.#queue.push(message);
    this.drain();
  }

  drain(): void {
    if (this.channel.readyState !== "open") return;
    for (const message of this.#queue.splice(0)) this.channel.send(message);
  }

  async candidate(text: string): Promise<void> {
    const init = JSON.parse(text) as RTCIceCandidateInit;
    if (!init.candidate) return;
    if (this.#isDescribed) await this.connection.addIceCandidate(init);
    else this.#candidates.push(init);
  }

  async described(): Promise<void> {
    this.#isDescribed = true;
    for (const init of this.#candidates.splice(0)) await this.connection.addIceCandidate(init).catch(() => undefined);
  }
}

function fingerprintLine(sdp: string): string {
  return /a=fingerprint:.*\r\n/.exec(sdp)?.[0] ?? "";
}
