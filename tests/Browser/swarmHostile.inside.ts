import { loadavg } from "node:os";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withConstantBinding } from "./nodePeers/constantBinding.js";
import { hadSoFar, openCrowd } from "./nodePeers/crowd.js";
import { claims, Middleman, type Taken } from "./nodePeers/middleman.js";
import { connect } from "./nodePeers/webrtc.js";
import { openForMany } from "./support/chromium.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { OriginLine } from "./support/originLine.js";
import { shares as sharing, watchers } from "./support/swarmPages.js";
import { until } from "./support/until.js";
import { statsOf } from "./support/watchPage.js";

// Run by swarm.test.ts in a network of its own.

let server: LiveServer;
let broadcast: LiveBroadcast;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start(), openForMany()]);
  broadcast = await LiveBroadcast.create(server, "cbcs", "Bars among enemies", 30);
  broadcast.publish({ rates: ["1200k", "300k"] });
  await broadcast.untilSegments(5);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await broadcast?.stopPublishing();
  await server?.stop();
});

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
