import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { predicted } from "./nodePeers/prediction.js";
import { openMortal } from "./support/chromium.js";
import { onMachineOfItsOwn } from "./support/machine.js";
import { arm, hangingAtAWant, offloadOf, printShares, type Share, sharesOver, shares as sharing, untilLinked, watchers } from "./support/swarmPages.js";
import { SwarmStage } from "./support/swarmStage.js";
import { sleep, until } from "./support/until.js";
import { statsOf, untilPlaying } from "./support/watchPage.js";

/** A machine that is busy with something else for a moment stops every player, with neighbours or without: a stall of the swarm's comes again. */
const once = 1;

// Run by swarm.test.ts in a network of its own. Other numbers of pages, on a machine that bears their decoders: LIVELEDGER_SWARM_PAGES=16 ./liveledger test browser
const counts = (process.env["LIVELEDGER_SWARM_PAGES"] ?? "3,8").split(",").map(Number);

let stage: SwarmStage;
let browser: Browser;

beforeAll(async () => {
  stage = await SwarmStage.open("Bars for many");
  browser = stage.browser;
}, 180_000);
afterAll(() => stage?.close());

/** What each test begins with is its own. */
const eachAlone = () => afterEach(() => stage.clear());

function expectPlayed(shares: readonly Share[], seconds: number): void {
  for (const { bytes, stalls, failures, badChunks } of shares) {
    expect({ stalls, failures, badChunks }).toEqual({ stalls: [], failures: 0, badChunks: 0 });
    // At the least of its rates the broadcast has some 25 kB a second.
    expect(bytes).toBeGreaterThan(12_000 * seconds);
  }
}

describe("Pages whose viewers share", () => {
  eachAlone();

  it.each(counts)("%i of them play on without a stall, and each gets from the others", { timeout: 240_000, retry: once }, async (count) => {
    const pages = await watchers(stage, browser, count, sharing("on"));
    await untilLinked(pages);
    const shares = await sharesOver(pages, 30);
    printShares(`${count} pages`, shares);
    console.log(`  ${predicted({ peers: count, bytesPerSecond: shares.reduce((sum, { bytes }) => sum + bytes, 0) / count / 30, seconds: 30 })}`);
    expectPlayed(shares, 30);
    for (const { peers } of shares) expect(peers).toBeGreaterThan(0);
    // Each byte that came from a peer was sent by one.
    expect(shares.reduce((sum, { sent }) => sum + sent, 0)).toBeGreaterThan(0);
    expect(offloadOf(shares)).toBeGreaterThan(0.25);
    // Whoever runs the broadcast sees it meanwhile.
    const seen = await stage.broadcast.swarm();
    expect([seen.viewers, seen.total.refused]).toEqual([count, 0]);
    expect(seen.links).toBeGreaterThan(0);
    expect(seen.offload).toBeGreaterThan(0.2);
    expect(seen.total.peers).toBeGreaterThan(0);
    expect(seen.latencyMs).toBeGreaterThan(0);
  });

  it("one among them without WebRTC plays from the origin", { timeout: 120_000, retry: once }, async () => {
    const without = await watchers(stage, browser, 1, sharing("on"), (page) => page.addInitScript(() => Reflect.deleteProperty(window, "RTCPeerConnection")));
    const shares = await sharesOver(without, 15);
    expectPlayed(shares, 15);
    expect(shares[0]?.swarm).toBeUndefined();
  });
});

describe("Pages of which one dies", () => {
  eachAlone();

  it("play on without a stall when the one that gives most is killed with a segment half sent", { timeout: 240_000, retry: once }, async () => {
    let hangs = () => {};
    const hanging = new Promise<void>((resolve) => (hangs = resolve));
    const mortals = await Promise.all([1, 2, 3, 4].map(openMortal));
    try {
      const pages: Page[] = [];
      for (const { browser } of mortals) pages.push(...(await watchers(stage, browser, 1, sharing("on"), hangingAtAWant(() => hangs()))));
      await untilLinked(pages, 3);
      const given = (await sharesOver(pages, 10)).map(({ sent }) => sent);
      const most = given.indexOf(Math.max(...given));
      const [main] = pages.splice(most, 1);
      if (!main) throw new Error("no page");

      const looking = sharesOver(pages, 15);
      await arm(main);
      await hanging;
      await mortals[most]?.kill();
      const shares = await looking;
      printShares(`3 pages, after the one that had given most (${given.join(", ")} B in 10 s) was killed`, shares);
      expectPlayed(shares, 15);
    } finally {
      await Promise.all(mortals.map(({ kill }) => kill()));
    }
  });
});

describe("A page whose viewer does not share", () => {
  let sharers: Page[];

  beforeAll(async () => {
    sharers = await watchers(stage, browser, 3, sharing("on"));
    await untilLinked(sharers, 2);
  }, 120_000);
  afterAll(() => stage.clear());

  it("asks for no admission and has no neighbour, among pages that do", { timeout: 120_000, retry: once }, async () => {
    const asked: string[] = [];
    const [silent] = await watchers(stage, browser, 1, sharing("off"), async (page) => {
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      page.on("websocket", (socket) => asked.push(new URL(socket.url()).pathname));
    });
    if (!silent) throw new Error("no page");
    try {
      expectPlayed(await sharesOver([silent], 10), 10);
      expect((await statsOf(silent)).swarm).toBeUndefined();
      expect(asked).toContain("/v1/licences");
      expect(asked.filter((path) => path.startsWith("/v1/admissions") || path.startsWith("/v1/swarm"))).toEqual([]);
    } finally {
      await silent.close();
    }
  });

  it("any more leaves its neighbours at once, and plays on", async () => {
    const [leaving, ...others] = sharers;
    if (!leaving) throw new Error("no page");
    await leaving.locator("#sharing").uncheck();
    expect((await statsOf(leaving)).swarm).toBeUndefined();
    await until("one neighbour less", 10, async () => (await Promise.all(others.map(statsOf))).every(({ swarm }) => swarm?.neighbours.filter(({ isUp }) => isUp).length === 1));
    const asked: string[] = [];
    leaving.on("request", (request) => asked.push(new URL(request.url()).pathname));
    expectPlayed(await sharesOver([leaving], 10), 10);
    expect(asked.filter((path) => path.startsWith("/v1/admissions"))).toEqual([]);
  }, 120_000);
});

describe("What is seen of it", () => {
  let pages: Page[];
  type Counted = { peer: string; receipts: number; bytes: number; receivers: number; convictions: number };
  /** Who has handed receipts in before. */
  let known: readonly string[];
  const counted = async () => {
    const { items } = await stage.server.ask<{ items: Counted[] }>("GET", `/v1/broadcasts/${stage.broadcast.id}/standings`, stage.server.operatorToken);
    return items.filter(({ receipts }) => receipts > 0);
  };

  // They are looked at while what the one that left gave receipts for waits to be handed in.
  beforeAll(async () => {
    known = (await counted()).map(({ peer }) => peer);
    const all = await watchers(stage, browser, 4, sharing("on"));
    await untilLinked(all, 3);
    await until("something of each", 60, async () => (await Promise.all(all.map(statsOf))).every(({ swarm }) => (swarm?.counts.sent ?? 0) > 0));
    // A receipt is given 10 s after the first chunk that it is for.
    await sleep(12_000);
    pages = all.slice(1);
    await all[0]?.context().close();
  }, 180_000);
  afterAll(() => stage.clear());

  /** A number of bytes as pages write it. */
  function bytesIn(text: string): number {
    const [, value, unit] = /^([\d.]+) (B|kB|MB|GB)$/.exec(text) ?? [];
    return Number(value) * { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[unit as "B"];
  }

  it("on the page is what its swarm counts, as figures, as a plot and as a graph, and in the studio what the pages say", async () => {
    const [page] = pages;
    if (!page) throw new Error("no page");
    await until("two neighbours", 20, async () => (await page.locator("#sharing-graph circle.viewer").count()) === 2);
    await until("parts from others in three columns of the plot", 60, async () => (await page.locator("#sharing-plot rect.peers").count()) >= 3);
    expect(await page.locator("#sharing-plot rect.origin").count()).toBeGreaterThan(0);
    expect(await page.locator("#sharing-graph desc").textContent()).toMatch(/^Viewer in the same network(, \d+ ms away)?: [\d.]+ k?M?B in, [\d.]+ k?M?B out\. Viewer in the same network/);

    // Written each second: each lies between what was counted somewhat before and what is counted after.
    const before = (await statsOf(page)).swarm;
    await sleep(2000);
    const shown = await page.evaluate(() => Object.fromEntries(["origin", "relays", "peers", "sent", "neighbours", "chunks"].map((name) => [name, document.getElementById(`s-${name}`)?.textContent ?? ""])));
    const after = (await statsOf(page)).swarm;
    if (!before || !after) throw new Error("no swarm");
    const rounded = 1.06;
    for (const [name, least, most] of [
      ["origin", before.counts.origin + before.elsewhere, after.counts.origin + after.elsewhere], ["peers", before.counts.peers, after.counts.peers], ["sent", before.counts.sent, after.counts.sent],
    ] as const) {
      expect(most, name).toBeGreaterThan(0);
      expect(bytesIn(shown[name] ?? ""), name).toBeGreaterThanOrEqual(least / rounded);
      expect(bytesIn(shown[name] ?? ""), name).toBeLessThanOrEqual(most * rounded);
    }
    expect([shown["relays"], shown["neighbours"]]).toEqual(["0 B", "2"]);
    const [, verified, refused] = /^([\d,]+) verified, (\d+) refused$/.exec(shown["chunks"] ?? "") ?? [];
    expect(Number(verified?.replaceAll(",", ""))).toBeGreaterThanOrEqual(before.counts.goodChunks);
    expect(Number(verified?.replaceAll(",", ""))).toBeLessThanOrEqual(after.counts.goodChunks);
    expect([Number(refused), after.counts.badChunks]).toEqual([0, 0]);

    const { server, broadcast } = stage;
    const { token } = await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject: "browser-tests", role: "broadcaster", lifetimeSeconds: 3600 });
    const studio = await (await browser.newContext()).newPage();
    await studio.goto(`${server.url}/studio`);
    await studio.fill("#token-input", token);
    await studio.click("#sign-in-button");
    await studio.getByRole("link", { name: "Bars for many" }).click();
    const figure = async (name: string) => (await studio.locator(`#swarm [data-figure="${name}"]`).textContent()) ?? "";
    await until("three viewers in the studio", 20, async () => (await figure("sharers")).startsWith("3 + 0, 3 links"));
    await until("the same offload and latency as by the API", 40, async () => {
      const { offload, latencyMs } = await broadcast.swarm();
      return offload !== null && offload > 0 && latencyMs !== null && (await figure("offload")) === `${(100 * offload).toFixed(1)} %` && (await figure("latency")) === `${(latencyMs / 1000).toFixed(1)} s`;
    });
    expect(await figure("stalls")).toMatch(/^\d/);
    await until("a plot of what comes", 30, async () => (await studio.locator("#swarm svg rect.peers").count()) > 0);
  }, 240_000);

  it("is how viewers stand, by receipts of whom they have sent to, once these are handed in", async () => {
    const found = await until("receipts in the ledger", 120, async () => {
      const own = (await counted()).filter(({ peer }) => !known.includes(peer));
      return own.length > 0 ? own : undefined;
    });
    for (const { bytes, receivers, convictions } of found) expect([bytes > 0, receivers >= 1 && receivers <= 3, convictions]).toEqual([true, true, 0]);
    // Who handed them in hears of it some seconds later, and not with the next minute's.
    const said = () => Promise.all(pages.map((page) => page.locator("#s-standing").textContent()));
    await until("a page says how it stands", 15, async () => (await said()).some((text) => /^(New|Known|Proven), \d+ of 1000: by (one receipt|\d+ receipts) of/.test(text ?? "")));
    for (const text of await said()) expect(text).toMatch(/^(Nothing counted yet|(New|Known|Proven), \d+ of 1000: .*)$/);
  }, 180_000);
});

describe("What a page knows", () => {
  eachAlone();

  it("is remembered of the viewer's word: on after a reload without being asked, and off after the next", async () => {
    const [page] = await watchers(stage, browser, 1, onMachineOfItsOwn);
    if (!page) throw new Error("no page");
    expect((await statsOf(page)).swarm).toBeUndefined();
    expect(await page.locator("#sharing").isChecked()).toBe(false);
    await page.locator("#sharing").check();
    const joined = () => until("it has joined", 30, async () => (await statsOf(page)).swarm?.state === "joined");
    await joined();
    await page.reload();
    await joined();
    expect(await page.locator("#sharing").isChecked()).toBe(true);
    await page.locator("#sharing").uncheck();
    await page.reload();
    await untilPlaying(page, 40);
    expect((await statsOf(page)).swarm).toBeUndefined();
    expect(await page.locator("#sharing").isChecked()).toBe(false);
  }, 180_000);

  // The last: nothing comes for a while.
  it("is that nothing new comes, once the broadcaster's line is down, and that it does again", async () => {
    const [page] = await watchers(stage, browser, 1, sharing("on"));
    if (!page) throw new Error("no page");
    const notice = page.locator("#notice");
    expect(await notice.isVisible()).toBe(false);
    await stage.broadcast.stopPublishing();
    await until("the page says so", 30, async () => (await notice.isVisible()) && (await notice.innerText()).includes("Nothing new has come"));
    stage.broadcast.publish();
    await until("and takes it back", 60, async () => !(await notice.isVisible()));
    await untilPlaying(page, 40);
  }, 180_000);
});
