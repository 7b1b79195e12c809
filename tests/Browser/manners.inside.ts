import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { LiveBroadcast } from "./support/liveServer.js";
import { becomes, type Machine, onMachineOfItsOwn } from "./support/machine.js";
import { shares, untilLinked, watchers } from "./support/swarmPages.js";
import { SwarmStage } from "./support/swarmStage.js";
import { sleep, until } from "./support/until.js";
import { coverText, statsOf, untilPlaying, untilState } from "./support/watchPage.js";

// Run by swarm.test.ts in a network of its own.
let stage: SwarmStage;
let browser: Browser;

beforeAll(async () => {
  stage = await SwarmStage.open("Bars for the polite");
  browser = stage.browser;
}, 180_000);
afterEach(() => stage.clear());
afterAll(() => stage?.close());

const stateText = (page: Page) => page.locator("#sharing-state").innerText();
const sentBy = async (page: Page) => (await statsOf(page)).swarm?.counts.sent ?? 0;
const viewersOf = async (page: Page) => ((await statsOf(page)).swarm?.neighbours ?? []).filter(({ role }) => role === "viewer");

/** The tracker's name for the first of three pages: the neighbour that the other two have in common. */
async function nameOf(others: readonly Page[]): Promise<string> {
  const [one = [], two = []] = await Promise.all(others.map(viewersOf));
  const common = one.filter(({ peer }) => two.some((other) => other.peer === peer));
  expect(common.length).toBe(1);
  return common[0]?.peer ?? "";
}

/** Bytes that came to pages from a neighbour. */
async function takenFrom(name: string, pages: readonly Page[]): Promise<number> {
  const all = await Promise.all(pages.map(viewersOf));
  return all.flat().filter(({ peer }) => peer === name).reduce((sum, { taken }) => sum + taken, 0);
}

describe("A page among pages that share", () => {
  it("sends nothing more a second after its line became one that costs, says so, and goes on when it is good again", async () => {
    const said: string[] = [];
    const pages = await watchers(stage, browser, 3, shares("on"), (page) => {
      page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => said.push(String(payload))));
      return Promise.resolve();
    });
    const [page, ...others] = pages;
    if (!page) throw new Error("no page");
    await untilLinked(pages, 2);
    const begun = await sentBy(page);
    await until("it sends", 60, async () => (await sentBy(page)) > begun + 300_000);
    const name = await nameOf(others);

    said.length = 0;
    await becomes(page, { type: "cellular" });
    await sleep(1000);
    // Counted where it would come: what is left are words about what it has.
    const [at, sent] = [await takenFrom(name, others), await sentBy(page)];
    await sleep(8000);
    expect(await sentBy(page)).toBe(sent);
    expect((await takenFrom(name, others)) - at).toBeLessThan(10_000);
    expect(await stateText(page)).toContain("Nothing is sent to others for now, because you are on a mobile connection");
    expect(said.filter((text) => text.includes('"playing"')).at(-1)).toContain('"sharing":false');
    // It gets from others as before, and its links stay.
    expect((await viewersOf(page)).filter(({ isUp }) => isUp).length).toBe(2);
    expect((await statsOf(page)).state).toBe("live");

    await becomes(page, { type: "wifi" });
    await until("it sends again", 60, async () => (await sentBy(page)) > sent);
    expect(await stateText(page)).not.toContain("Nothing is sent");
  }, 240_000);

  it.each<[string, Machine]>([
    ["save-data", { saveData: true }],
    ["battery", { charging: false, level: 0.15 }],
    ["busy", { pressure: "serious" }],
    ["hidden-and-hot", { hidden: true }],
  ])("sends nothing for %s either", async (restraint, changes) => {
    const [page] = await watchers(stage, browser, 1, shares("on"));
    if (!page) throw new Error("no page");
    await until("it has joined", 30, async () => (await statsOf(page)).swarm?.state === "joined");
    expect((await statsOf(page)).restraint).toBeUndefined();
    await becomes(page, changes);
    // What a hidden page knows of the machine is how late its timers are.
    if (restraint === "hidden-and-hot") await page.evaluate(() => void setInterval(() => { for (const end = Date.now() + 1500; Date.now() < end; ); }, 1700));
    await until(restraint, restraint === "hidden-and-hot" ? 40 : 1, async () => (await statsOf(page)).restraint === restraint);
    expect(await stateText(page)).toContain("Nothing is sent to others for now");
  }, 120_000);

  it("that wants relays alone meets no viewer, and does once it wants to", async () => {
    const open = await watchers(stage, browser, 3, shares("on"));
    const asked: unknown[] = [];
    const [page] = await watchers(stage, browser, 1, shares("on", "relays"), (tab) => {
      tab.on("request", (request) => request.url().endsWith("/v1/admissions") && request.method() === "POST" && asked.push(request.postDataJSON()));
      return Promise.resolve();
    });
    if (!page) throw new Error("no page");
    await untilLinked(open, 2);
    await until("it has joined", 30, async () => (await statsOf(page)).swarm?.state === "joined");
    await sleep(5000);
    expect(asked).toMatchObject([{ private: true }]);
    expect((await statsOf(page)).swarm).toMatchObject({ isPrivate: true, neighbours: [] });
    for (const other of open) expect((await viewersOf(other)).length).toBe(2);
    expect(await stateText(page)).toContain("through relays alone");

    await page.locator("#relays-only").uncheck();
    await untilLinked([page], 1);
    expect(asked.length).toBe(2);
    await page.locator("#relays-only").check();
    await until("no viewer knows it", 20, async () => (await Promise.all(open.map(viewersOf))).every((known) => known.length === 2));
    expect((await statsOf(page)).swarm).toMatchObject({ isPrivate: true });
  }, 240_000);
});

describe("A ticket that asks for sharing", () => {
  async function buyer(...prepare: ((page: Page) => Promise<unknown>)[]): Promise<{ page: Page; asked: string[] }> {
    const viewer = `viewer-${crypto.randomUUID()}`;
    await stage.broadcast.entitle(viewer, await stage.broadcast.offer({ name: "Together", peerSharing: "required" }));
    const page = await (await browser.newContext({ viewport: { width: 640, height: 480 } })).newPage();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await onMachineOfItsOwn(page);
    for (const step of prepare) await step(page);
    await page.goto(stage.broadcast.watchUrl(stage.server.url, await stage.broadcast.viewerToken(viewer)));
    return { page, asked };
  }

  it("is told before anything is opened by it, plays once the viewer agrees, and stops when that is taken back", async () => {
    const { page, asked } = await buyer();
    await untilState(page, "sharing-required", 30);
    expect(await coverText(page)).toMatch(/asks you to share[\s\S]*your upload[\s\S]*network address/);
    expect(asked).toContain("/v1/ticket");
    expect(asked).not.toContain("/v1/licences");

    await page.getByRole("button", { name: "Agree and watch" }).click();
    await untilState(page, "live", 40);
    await untilPlaying(page, 40);
    await until("it has joined", 30, async () => (await statsOf(page)).swarm?.state === "joined");
    expect(await page.locator("#sharing").isChecked()).toBe(true);

    // Manners are no refusal.
    await becomes(page, { type: "cellular" });
    await sleep(2000);
    expect(await statsOf(page)).toMatchObject({ state: "live", restraint: "cellular" });

    await page.locator("#sharing").uncheck();
    await untilState(page, "sharing-required", 5);
    expect((await statsOf(page)).swarm).toBeUndefined();
    await page.locator("#sharing").check();
    await untilState(page, "live", 40);

    // Relays alone are not what was asked for; and nobody is taken out of that unasked.
    await page.locator("#relays-only").check();
    await untilState(page, "sharing-required", 5);
    await page.reload();
    await untilState(page, "sharing-required", 30);
    await page.getByRole("button", { name: "Agree and watch" }).click();
    await untilState(page, "live", 40);
    expect((await statsOf(page)).swarm?.isPrivate ?? false).toBe(false);
    expect(await page.locator("#relays-only").isChecked()).toBe(false);
  }, 240_000);

  it("plays in a browser that cannot, which is no refusal, and says so", async () => {
    const { page } = await buyer((tab) => tab.addInitScript(() => Reflect.deleteProperty(window, "RTCPeerConnection")));
    await untilState(page, "live", 40);
    await untilPlaying(page, 40);
    expect(await stateText(page)).toContain("Your ticket asks for sharing; it plays all the same");
  }, 120_000);
});

describe("A private broadcast", () => {
  let broadcast: LiveBroadcast;
  beforeAll(async () => {
    await stage.broadcast.stopPublishing();
    broadcast = await LiveBroadcast.create(stage.server, "cbcs", "Bars for few", 30, undefined, "not-started");
    await broadcast.makePrivate();
    await broadcast.start();
    broadcast.publish();
    await broadcast.untilSegments(5);
  }, 60_000);
  afterAll(() => broadcast?.stopPublishing());

  it("asks nobody to share, though the ticket was sold for that, and links no two that would", async () => {
    const together = await broadcast.offer({ name: "Together", peerSharing: "required" });
    const sold = { server: stage.server, broadcast: { ticket: () => broadcast.ticket(together), watchUrl: broadcast.watchUrl.bind(broadcast) } };
    const [unasked] = await watchers(sold, browser, 1);
    const willing = await watchers(sold, browser, 3, shares("on"));
    for (const page of willing) await until("it has joined", 30, async () => (await statsOf(page)).swarm?.state === "joined");
    // Three that may share are introduced within a second or two.
    await sleep(8000);
    for (const page of willing) {
      const { swarm } = await statsOf(page);
      expect(swarm).toMatchObject({ isPrivate: false, isBroadcastPrivate: true, neighbours: [], counts: { sent: 0, peers: 0 } });
      expect(await stateText(page)).toContain("This broadcast is private");
    }
    expect(await broadcast.swarm()).toMatchObject({ viewers: 3, links: 0 });
    if (!unasked) throw new Error("no page");
    expect((await statsOf(unasked)).swarm).toBeUndefined();
    expect(await unasked.locator("#sharing-note").innerText()).toContain("This broadcast is private");
  }, 180_000);
});
