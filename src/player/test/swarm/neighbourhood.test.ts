import { beforeEach, describe, expect, it } from "vitest";
import { Neighbourhood } from "../../src/swarm/neighbourhood.js";
import { SeededRandom } from "../../src/swarm/random.js";
import type { BinarySocket } from "../../src/swarm/relayConnection.js";
import { Revocations } from "../../src/swarm/revocations.js";
import type { LinkSession } from "../../src/swarm/linkSession.js";
import { SwarmNode } from "../../src/swarm/swarmNode.js";
import type { Introduction, ToTracker } from "../../src/swarm/trackerMessages.js";
import { type Bytes, toHex } from "../../src/verify/bytes.js";
import { admit, admittedAt, platform, random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

const origin = "https://relay.example";
const broadcast = random(16);

let clock: VirtualClock;
let said: ToTracker[];
let relay: SwarmNode;
let relayEnds: LinkSession[];
let isReachable: boolean;
let around: Neighbourhood;

async function node(claims: Record<string, unknown>): Promise<SwarmNode> {
  const platformTime = () => admittedAt + clock.now / 1000;
  return new SwarmNode({
    self: await admit(broadcast, claims), platform, platformTime, revocations: new Revocations(platform, toHex(broadcast), platformTime), clock, random: new SeededRandom(1),
    maxBytes: 2 ** 20, uploadRate: 1000, readRecord: () => Promise.resolve(undefined),
    origin: { record: () => Promise.reject(new Error("none")), range: () => Promise.reject(new Error("none")) },
  });
}

/** A WebSocket whose other end is the relay. */
function openRelay(): BinarySocket {
  if (!isReachable) throw new Error("unreachable");
  let end: LinkSession | undefined;
  const socket = {
    binaryType: "blob", bufferedAmount: 0, readyState: 1, onopen: null, onmessage: null, onclose: null,
    send: (message: Bytes) => void queueMicrotask(() => end?.received(message.slice())), close: () => end?.closed(),
  } as BinarySocket;
  setTimeout(() => {
    end = relay.attach({
      send: (message) => queueMicrotask(() => socket.onmessage?.({ data: message.slice().buffer })), close: () => queueMicrotask(() => socket.onclose?.()), backlog: 0,
    }, "answerer", { origin });
    relayEnds.push(end);
    socket.onopen?.();
  });
  return socket;
}

beforeEach(async () => {
  [clock, said, relayEnds, isReachable] = [new VirtualClock(), [], [], true];
  relay = await node({ role: "relay", origin });
  around = new Neighbourhood({
    node: await node({}), clock, platformTime: () => admittedAt + clock.now / 1000, broadcastId: toHex(broadcast), openRelay, iceServers: () => [], takesViewers: () => true,
    connect: () => {
      throw new Error("no viewers here");
    },
    say: (message) => said.push(message), changed: () => undefined,
  });
});

function introduce(name: string): string {
  const introduced: Introduction = { peer: name.padEnd(22, "-"), role: "relay", near: "lan", offers: true, origin };
  around.introduce(introduced);
  return introduced.peer;
}

async function until(holds: () => boolean): Promise<void> {
  for (let n = 0; !holds(); n++) {
    if (n > 1000) throw new Error("it does not come to it");
    await new Promise((done) => setTimeout(done, 5));
  }
}

const isUp = () => around.neighbours.some((known) => known.isUp);
const mores = () => said.filter(({ type }) => type === "more").length;

describe("a neighbourhood", () => {
  it("asks at once for a relay again that ended its link, and links with it anew", async () => {
    const peer = introduce("first");
    await until(isUp);
    clock.runUntil(600_000);
    relayEnds[0]?.leave(1);
    await until(() => !isUp());
    expect(said).toContainEqual({ type: "unlink", peer, why: "left" });
    clock.runUntil(600_001);
    expect(mores()).toBe(1);
    introduce("second");
    await until(isUp);
  });

  it("goes on with a neighbour that the tracker has, and ends the link of one that it has not when the admission is over that it began with", async () => {
    const peer = introduce("first");
    await until(isUp);
    clock.runUntil(640_000);
    expect(isUp()).toBe(true);
    around.gone(peer);
    expect(isUp()).toBe(false);
    expect(said).toContainEqual({ type: "unlink", peer, why: "left" });
  });

  it("keeps a link to the end of the admission when the tracker is away", async () => {
    introduce("first");
    await until(isUp);
    around.trackerLost();
    clock.runUntil(629_000);
    expect(isUp()).toBe(true);
    clock.runUntil(631_000);
    expect(isUp()).toBe(false);
  });

  it("has one link with a peer that was introduced again, the newer", async () => {
    introduce("first");
    await until(isUp);
    around.trackerLost();
    const peer = introduce("second");
    await until(() => around.neighbours.length === 1 && isUp());
    expect(around.neighbours.map((known) => known.peer)).toEqual([peer]);
    await until(() => relay.neighbours === 1);
  });

  it("asks ever more seldom while no link comes to be", () => {
    isReachable = false;
    const asked: number[] = [];
    for (let n = 0; n < 12; n++) {
      introduce(`peer-${n}`);
      const before = mores();
      while (mores() === before) clock.runUntil(clock.now + 500);
      asked.push(clock.now);
    }
    expect(asked.map((at, n) => at - (asked[n - 1] ?? 0)).slice(-3).every((rest) => rest >= 300_000)).toBe(true);
    expect(asked[0]).toBeLessThanOrEqual(10_500);
  });
});
