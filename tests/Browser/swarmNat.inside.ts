import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openForMany } from "./support/chromium.js";
import { buildHome, countBetweenHomes, type Home } from "./support/homes.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { RelayProcess } from "./support/relayProcess.js";
import { observed, pathsOf, printShares, shares as sharing, sharesOver, untilLinked, watchers } from "./support/swarmPages.js";
import { until } from "./support/until.js";
import { statsOf } from "./support/watchPage.js";

// Run by swarm.test.ts in a network of its own, which here is the internet between two homes, each behind a router with NAT.
const address = "10.99.0.1";
let server: LiveServer;
let broadcast: LiveBroadcast;
let homes: Home[];
let browsers: Browser[];
let packetsBetween: () => number;

beforeAll(async () => {
  server = await LiveServer.start({}, address);
  broadcast = await LiveBroadcast.create(server, "cbcs", "Bars for two homes", 30);
  broadcast.publish();
  packetsBetween = countBetweenHomes();
  homes = [await buildHome("203.0.113", address), await buildHome("198.51.100", address)];
  // Without a certificate browsers take no address but loopback for safe; here it is only the test's own.
  const args = [`--unsafely-treat-insecure-origin-as-secure=${server.url}`];
  browsers = await Promise.all([...homes.map(({ browser }) => openForMany({ executablePath: browser, args })), openForMany({ args })]);
  await broadcast.untilSegments(5);
}, 180_000);
afterEach(async () => {
  await Promise.all(browsers.flatMap((browser) => browser.contexts()).map((context) => context.close()));
});
afterAll(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()));
  for (const home of homes ?? []) home.close();
  await broadcast?.stopPublishing();
  await server?.stop();
});

// The third makes it as many as are introduced to one another.
async function three(stun: "with STUN" | "without STUN") {
  const pages = [];
  for (const browser of browsers) pages.push(...(await watchers({ server, broadcast }, browser, 1, sharing("on"), observed(stun))));
  return pages;
}

describe("Viewers in two homes behind NAT", () => {
  it("find a way to each other by our STUN, and swap chunks over it", async () => {
    const pages = await three("with STUN");
    await untilLinked(pages, 2);
    const shares = await sharesOver(pages, 10);
    printShares("2 homes and a third", shares);
    const paths = await Promise.all(pages.map(pathsOf));
    console.log(JSON.stringify(paths));
    expect(paths[0]?.map(({ address }) => address)).toContain(homes[1]?.address);
    expect(paths[1]?.map(({ address }) => address)).toContain(homes[0]?.address);
    expect(packetsBetween()).toBeGreaterThan(0);
    for (const { peers, stalls } of shares) expect({ any: peers > 0, stalls }).toEqual({ any: true, stalls: [] });
  }, 180_000);

  it("say why they have none where there is no STUN", async () => {
    const [one, other] = await three("without STUN");
    if (!one || !other) throw new Error("no pages");
    await until("a link that did not form", 60, async () => (await Promise.all([one, other].map(statsOf))).some(({ swarm }) => swarm?.lost.some(({ why }) => why === "no-path")));
    expect((await Promise.all([one, other].map((page) => page.locator("#s-lost").innerText()))).join()).toContain("No way through the networks");
  }, 180_000);
});

describe("Viewers whose ticket keeps them to themselves", () => {
  it("play through a relay, and not one packet goes from one's home to another's", async () => {
    const offer = await broadcast.offer({ name: "To oneself", peerSharing: "forbidden" });
    const kept = { server, broadcast: { ticket: () => broadcast.ticket(offer), watchUrl: broadcast.watchUrl.bind(broadcast) } };
    const relay = await RelayProcess.start(server, broadcast, address);
    const third = await buildHome("192.0.2", address);
    const outside = await openForMany({ executablePath: third.browser, args: [`--unsafely-treat-insecure-origin-as-secure=${server.url}`] });
    try {
      const before = packetsBetween();
      const pages = [];
      // As many as would be introduced to one another, were they not private; one in each network.
      for (const browser of [...browsers.slice(0, 2), outside]) pages.push(...(await watchers(kept, browser, 1, sharing("on"))));
      await untilLinked(pages);
      const shares = await sharesOver(pages, 15);
      printShares(`3 private viewers and a relay, ${packetsBetween() - before} packets between them`, shares);
      for (const { swarm, stalls, failures } of shares) {
        expect(swarm?.neighbours.map(({ role }) => role)).toEqual(["relay"]);
        expect(swarm?.counts.relays).toBeGreaterThan(0);
        expect([(swarm?.counts.peers ?? 0) - (swarm?.counts.relays ?? 0), swarm?.counts.sent]).toEqual([0, 0]);
        expect({ stalls, failures }).toEqual({ stalls: [], failures: 0 });
      }
      expect(packetsBetween() - before).toBe(0);
    } finally {
      await outside.close();
      third.close();
      await relay.stop();
    }
  }, 180_000);
});
