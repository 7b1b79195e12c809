import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkSelf } from "../../src/peering/linkHandshake.js";
import { newPeerKeyInScript } from "../../src/peering/peerKey.js";
import { joinBytes } from "../../src/peering/proofs.js";
import { type TextSocket, TrackerClient } from "../../src/swarm/trackerClient.js";
import type { FromTracker } from "../../src/swarm/trackerMessages.js";
import { fromBase64Url, toBase64Url } from "../../src/verify/base64Url.js";
import { admit, random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

const broadcast = random(16);
const nonce = random(32);
const peer = "AbCdEfGhIjKlMnOpQrStUv";

class Socket implements TextSocket {
  onmessage: TextSocket["onmessage"] = null;
  onclose: TextSocket["onclose"] = null;
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;

  constructor(readonly address: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.isClosed = true;
  }

  async says(message: unknown): Promise<void> {
    this.onmessage?.({ data: typeof message === "string" ? message : JSON.stringify(message) });
    // Hashing and signing are done in script: what follows from the message has followed within a turn.
    await new Promise((done) => setTimeout(done));
  }
}

let clock: VirtualClock;
let sockets: Socket[];
let said: FromTracker[];
let lost: number;
let self: LinkSelf;
let client: TrackerClient;
let parted: string[];

beforeEach(async () => {
  [clock, sockets, said, lost, parted] = [new VirtualClock(), [], [], 0, []];
  self = await admit(broadcast, {}, newPeerKeyInScript());
  client = new TrackerClient({
    open: (address) => sockets[sockets.push(new Socket(address)) - 1] as Socket, clock, chance: () => 0.5, self: () => self, tracks: () => ["audio-1"], parted: () => parted,
    said: (message) => said.push(message), lost: () => lost++,
  });
});
afterEach(() => client.close());

const socket = () => sockets.at(-1) as Socket;

async function join(): Promise<void> {
  await socket().says({ type: "challenge", version: 1, nonce: toBase64Url(nonce) });
  await socket().says({ type: "joined", peer, viewers: 1, minViewers: 3, maxLinks: 16 });
}

describe("a page at its tracker", () => {
  it("joins with a proof over the tracker's address, its nonce and the admission", async () => {
    await join();
    const [sent] = socket().sent;
    expect(socket().address).toBe(self.admission.tracker);
    expect(sent).toEqual({ type: "join", admission: self.token, tracks: ["audio-1"], proof: expect.any(String) });
    const proof = fromBase64Url(String(sent?.["proof"])) ?? random(64);
    expect(await self.key.publicKey.verify(await joinBytes(self.admission.tracker, nonce, self.token), proof)).toBe(true);
    expect(said.map(({ type }) => type)).toEqual(["joined"]);
    expect(client.isJoined).toBe(true);
  });

  it("says again with whom it parted to a tracker that it comes to anew", async () => {
    await join();
    parted.push("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
    socket().onclose?.();
    while (sockets.length === 1) clock.runUntil(clock.now + 50);
    await join();
    expect(socket().sent[0]).toMatchObject({ type: "join", parted });
  });

  it("says nothing before it has joined", async () => {
    client.say({ type: "more" });
    await socket().says({ type: "challenge", version: 1, nonce: toBase64Url(nonce) });
    client.say({ type: "more" });
    expect(socket().sent.map(({ type }) => type)).toEqual(["join"]);
  });

  it("shows a newer admission with a proof over the same nonce", async () => {
    await join();
    self = await admit(broadcast, {}, self.key);
    await client.renew();
    const sent = socket().sent.at(-1);
    expect(sent).toMatchObject({ type: "renew", admission: self.token });
    expect(await self.key.publicKey.verify(await joinBytes(self.admission.tracker, nonce, self.token), fromBase64Url(String(sent?.["proof"])) ?? random(64))).toBe(true);
  });

  it("signs one challenge a connection, takes nothing before the join, and leaves a tracker that breaks the rules", async () => {
    const breaking: unknown[][] = [
      [{ type: "challenge", version: 1, nonce: toBase64Url(nonce) }, { type: "challenge", version: 1, nonce: toBase64Url(random(32)) }],
      [{ type: "viewers", count: 1 }],
      [{ type: "joined", peer, viewers: 1, minViewers: 3, maxLinks: 16 }],
      ["{"],
      [{ type: "viewers", count: -1 }],
    ];
    for (const messages of breaking) {
      const at = socket();
      const before = lost;
      for (const message of messages) await at.says(message);
      expect([at.isClosed, lost - before], JSON.stringify(messages)).toEqual([true, 1]);
      expect(at.sent.length).toBeLessThanOrEqual(1);
      clock.runUntil(clock.now + 60_000);
    }
    expect(said).toEqual([]);
  });

  it("comes back when the connection is lost, later each time, and soon after one that held", async () => {
    const waits: number[] = [];
    for (let n = 0; n < 8; n++) {
      const [count, at] = [sockets.length, clock.now];
      socket().onclose?.();
      while (sockets.length === count) clock.runUntil(clock.now + 50);
      waits.push(clock.now - at);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    await join();
    clock.runUntil(clock.now + 20_000);
    const [count, at] = [sockets.length, clock.now];
    socket().onclose?.();
    while (sockets.length === count) clock.runUntil(clock.now + 50);
    expect(clock.now - at).toBe(500);
    await join();
    expect(client.isJoined).toBe(true);
  });

  it("does not wait for a tracker that says nothing, and does not come back once it was refused for good", async () => {
    clock.runUntil(11_000);
    expect([sockets[0]?.isClosed, lost]).toEqual([true, 1]);
    clock.runUntil(20_000);
    expect(sockets.length).toBe(2);
    await socket().says({ type: "refused", code: "revoked" });
    socket().onclose?.();
    clock.runUntil(200_000);
    expect([sockets.length, client.refusal]).toEqual([2, "revoked"]);
  });

  it("goes to the tracker that a newer admission names, and does not give up where it is told that the room is elsewhere", async () => {
    await join();
    const other = "wss://other.example/v1/swarm";
    self = await admit(broadcast, { tracker: other }, self.key);
    await client.renew();
    expect([sockets[0]?.isClosed, lost, sockets.length, socket().address]).toEqual([true, 1, 2, other]);
    await join();
    expect(client.isJoined).toBe(true);
    for (const code of ["wrong-tracker", "going-away"]) {
      const count = sockets.length;
      await socket().says({ type: "refused", code });
      socket().onclose?.();
      clock.runUntil(clock.now + 60_000);
      expect(sockets.length, code).toBeGreaterThan(count);
    }
  });

  it("never says more than a tracker bears", async () => {
    await join();
    for (let n = 0; n < 500; n++) client.say({ type: "signal", peer, kind: "candidate", text: `{"candidate":"${n}"}` });
    expect(socket().sent.length).toBeLessThan(200);
    const before = socket().sent.length;
    clock.runUntil(clock.now + 1000);
    expect(socket().sent.length - before).toBeLessThan(20);
    clock.runUntil(clock.now + 60_000);
    expect(socket().sent.slice(1).map(({ text }) => text)).toEqual(Array.from({ length: 500 }, (_, n) => `{"candidate":"${n}"}`));
  });
});
