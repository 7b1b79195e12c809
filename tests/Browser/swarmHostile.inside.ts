import { loadavg } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chunkSize, maxMessage } from "../../src/player/src/peering/messages.js";
import { withConstantBinding } from "./nodePeers/constantBinding.js";
import { hadOver, hadSoFar, openCrowd, shown } from "./nodePeers/crowd.js";
import { claims, Middleman, type Taken } from "./nodePeers/middleman.js";
import { type Polluted, polluting, pollutions } from "./nodePeers/polluter.js";
import { connect } from "./nodePeers/webrtc.js";
import { tapped } from "./nodePeers/wiretap.js";
import { Witness } from "./nodePeers/witness.js";
import type { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { OriginLine } from "./support/originLine.js";
import { shares as sharing, watchers } from "./support/swarmPages.js";
import { SwarmStage } from "./support/swarmStage.js";
import { until } from "./support/until.js";
import { statsOf } from "./support/watchPage.js";

// Run by swarm.test.ts in a network of its own. More peers among polluters, and for longer: LIVELEDGER_SWARM_PEERS=60 LIVELEDGER_SWARM_SECONDS=120 ./liveledger test browser
const count = Number(process.env["LIVELEDGER_SWARM_PEERS"] ?? 20);
const seconds = Number(process.env["LIVELEDGER_SWARM_SECONDS"] ?? 20);
/** What a polluter costs is paid once by each that it meets, so its share is looked at over a time that is worth the name. */
const isLong = seconds >= 120;

let stage: SwarmStage;
let server: LiveServer;
let broadcast: LiveBroadcast;
let browser: Browser;

beforeAll(async () => {
  stage = await SwarmStage.open("Bars among enemies", { rates: ["1200k", "300k"] });
  ({ server, broadcast, browser } = stage);
}, 180_000);
afterAll(() => stage?.close());

/** Messages that went through the middle, by type. */
function total(taken: readonly Taken[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { passed } of taken) for (const [type, count] of passed) sum[type] = (sum[type] ?? 0) + count;
  return sum;
}

describe("Somebody between peers, with certificates of its own on both sides", () => {
  const data = ["have", "want", "chunks", "piece"];

  async function attacked(peers: number, pages: number, own: Parameters<typeof openCrowd>[4]) {
    const line = await OriginLine.start(server.url);
    const middleman = new Middleman(line);
    middleman.claim = (n) => (pages > 0 ? (claims[n % 7] ?? "own") : "own");
    const watching = await watchers({ server: { url: line.url }, broadcast }, browser, pages, sharing("on"));
    const nodes = await openCrowd(line.url, broadcast, peers, 0, own);
    return { line, middleman, watching, nodes, close: async () => {
      for (const node of nodes) node.close();
      await Promise.all(watching.map((page) => page.context().close()));
      middleman.close();
      await line.stop();
    } };
  }

  it("carries nothing: neither side takes the other for who it is", async () => {
    const { middleman, watching, nodes, close } = await attacked(7, 2, undefined);
    try {
      const open = () => middleman.taken.filter(({ isOpen, passed }) => isOpen && passed.has("proof"));
      await until("20 links taken over, both channels of each open, and the handshakes handed on", 60, () => open().length >= 20);
      const lost = async () => [...nodes.map(({ swarm }) => swarm?.lost ?? []), ...(await Promise.all(watching.map(statsOf))).map(({ swarm }) => swarm?.lost ?? [])].map((of) => of.filter(({ why }) => why === "refused:not-proved").length);
      // Whoever is told first by the other that it is refused, is not refused itself.
      await until("the refusal of each", 30, async () => (await lost()).reduce((sum, of) => sum + of, 0) >= open().length);
      await Promise.all(nodes.map((node) => node.untilPlaying(20)));
      const refused = await lost();
      console.log(`${middleman.taken.length} links taken over, ${open().length} of them open to both; refused by each, the pages last: ${refused.join()}; load ${loadavg()[0]?.toFixed(1)}`);
      console.log(`  what went through: ${claims.map((own) => `${own} certificate ${JSON.stringify(total(middleman.taken.filter(({ claim }) => claim === own)))}`).join(", ")}`);
      for (const type of data) expect(total(middleman.taken)[type]).toBeUndefined();
      expect(Math.min(...refused.slice(-2))).toBeGreaterThan(0);
      expect([hadSoFar(nodes).peers, ...(await Promise.all(watching.map(statsOf))).map(({ swarm }) => swarm?.counts.peers)]).toEqual([0, 0, 0]);
    } finally {
      await close();
    }
  }, 150_000);

  it("would carry all of it between peers that do not look at the certificates", async () => {
    const { middleman, nodes, close } = await attacked(4, 0, () => ({ connect: withConstantBinding(connect) }));
    try {
      await until("chunks through the middle", 60, () => middleman.taken.filter(({ passed }) => passed.has("chunks")).length >= 3);
      await until("chunks taken", 20, () => hadSoFar(nodes).peers > 0);
      console.log(`what went through where nobody looks: ${JSON.stringify(total(middleman.taken))}`);
    } finally {
      await close();
    }
  }, 120_000);
});

describe("Three of ten that send what is not the broadcaster's", () => {
  const polluters = Math.round(0.3 * count);

  it("are each cut off at the first of it: nothing of it is played or passed on, and all others play", { timeout: 150_000 + 1000 * seconds, retry: 1 }, async () => {
    const witness = new Witness(server.url, broadcast.id);
    const sent = Array.from({ length: polluters }, (): Polluted => ({ messages: 0, bytes: 0, admissions: new Set() }));
    const peers = await openCrowd(server.url, broadcast, count, 3, (n) => {
      const [polluted, quality] = [sent[n], isLong ? "best" : "least"] as const;
      return polluted
        ? { quality, connect: tapped(connect, polluting(pollutions[n % pollutions.length] ?? "altered", polluted)) }
        : { quality, connect: tapped(connect, witness.tap), played: witness.played };
    });
    const honest = peers.slice(polluters);
    try {
      await Promise.all(honest.map((peer) => peer.untilPlaying(40)));
      const had = await hadOver(honest, seconds);
      const all = hadSoFar(honest);
      const offences = honest.map(({ swarm }) => swarm?.lost.filter(({ why }) => why.startsWith("offence")) ?? []);
      const verdict = await witness.verdict();
      // By who sent it. Of a polluter nothing is of use.
      const from = (admissions: Iterable<string>) => [...admissions].map((admission) => witness.received.get(admission) ?? { links: 0, bytes: 0 }).reduce((sum, { links, bytes }) => ({ links: sum.links + links, bytes: sum.bytes + bytes }), { links: 0, bytes: 0 });
      const cost = sent.map(({ admissions }) => from(admissions));
      const extra = from(witness.received.keys()).bytes - all.peers;
      console.log(`${honest.length} honest among ${polluters} polluters, ${seconds} s: ${shown(had)}; load ${loadavg()[0]?.toFixed(1)}`);
      console.log(`  ${JSON.stringify(verdict)}; sent by polluters: ${sent.map(({ messages, bytes }, n) => `${pollutions[n % pollutions.length]} ${messages} messages of ${bytes} B`).join(", ")}`);
      console.log(`  cut off by each: ${offences.map(({ length }) => length).join()}; came and was not kept: ${extra} B, ${(extra / offences.flat().length / 1024).toFixed(0)} KiB for each link cut, ${((100 * extra) / all.bytes).toFixed(2)} % of what was played, ${extra - cost.reduce((sum, { bytes }) => sum + bytes, 0)} B of it of honest peers`);
      console.log(`  from each polluter: ${cost.map(({ links, bytes }, n) => `${pollutions[n % pollutions.length]} ${(bytes / 1024).toFixed(0)} KiB over ${links} links`).join(", ")}`);
      expect(verdict).toMatchObject({ playedBad: 0, relayedBad: 0 });
      expect(Math.min(verdict.played, verdict.relayed)).toBeGreaterThan(50);
      expect(sent.every(({ messages }) => messages > 0)).toBe(true);
      // One bad chunk and no second of each: what cannot be read, or was not asked for, is no chunk at all.
      for (const [n, { swarm }] of honest.entries()) expect(swarm?.counts.badChunks).toBeLessThanOrEqual(offences[n]?.length ?? 0);
      expect(Math.max(...offences.map(({ length }) => length))).toBeLessThanOrEqual(polluters);
      expect(Math.min(...offences.map(({ length }) => length))).toBeGreaterThan(0);
      // Who is met is asked for one chunk. A message that is too long is there before its length can be looked at; what comes without end, until the link is closed.
      const most = { oversized: maxMessage + chunkSize, endless: 10 * (chunkSize + 9) };
      for (const [n, { links, bytes }] of cost.entries()) {
        const how = pollutions[n % pollutions.length] ?? "altered";
        expect(bytes / links, how).toBeLessThanOrEqual(how === "oversized" || how === "endless" ? most[how] : chunkSize + 9);
      }
      if (isLong) expect(extra / all.bytes).toBeLessThan(0.02);
      for (const { log } of honest) expect(log.bytes).toBeGreaterThan(20_000 * seconds);
      expect(had.stalls.reduce((sum, stall) => sum + stall, 0)).toBeLessThan(0.01 * 1000 * seconds * honest.length);
    } finally {
      for (const peer of peers) peer.close();
    }
  });
});
