import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LiveStage } from "./support/liveStage.js";
import { errorsOf, expectBars, openStock, type StockPlayer } from "./support/stockPlayer.js";
import { sleep, until } from "./support/until.js";
import { coverText, decodedBy, statsOf, untilState } from "./support/watchPage.js";

let stage: LiveStage;
let offer: string;

beforeAll(async () => {
  stage = await LiveStage.open("Bars in two qualities", 10, {}, undefined, "1280x720");
  offer = await stage.broadcast.offer({ maxTier: "SD" });
}, 180_000);

afterAll(() => stage?.close());

async function ticket(viewer: string, terms = offer): Promise<string> {
  await stage.broadcast.entitle(viewer, terms);
  return stage.broadcast.viewerToken(viewer);
}

async function openOurs(token: string): Promise<Page> {
  const page = await stage.browser.page();
  await page.goto(stage.broadcast.watchUrl(stage.server.url, token));
  return page;
}

function linesOf(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelector("video")?.videoHeight ?? 0);
}

describe("A ticket for SD, of a broadcast that is in HD too", () => {
  it("is played by the Watch page in SD, through a change of keys, and offers no other quality", async () => {
    const page = await openOurs(await ticket("sd"));
    await untilState(page, "live", 30);
    await expectBars(page, 12, 20);
    const { levels, state, failures } = await statsOf(page);
    expect({ state, heights: levels.map(({ height }) => height), failures }).toEqual({ state: "live", heights: [180], failures: [] });
    expect(await linesOf(page)).toBe(180);
    await page.close();
  });

  it("is played by Shaka Player (DASH) in SD: it looks at which keys the licence gave", async () => {
    const page = await openStock(stage.browser, stage.proxy.url, "Shaka Player, DASH", stage.broadcast.id, await ticket("shaka"));
    await expectBars(page, 12, 30);
    expect(await linesOf(page)).toBe(180);
    expect(await errorsOf(page)).toEqual([]);
    await page.close();
  });

  // Each goes by what it measures of the network alone, and stays with a rendition whose key it was not given.
  it("is played by hls.js, Shaka Player (HLS) and dash.js if they are told how far to go, and else stands at HD without a picture", async () => {
    const players: StockPlayer[] = ["hls.js", "Shaka Player, HLS", "dash.js"];
    for (const told of [{}, { lines: "576" }] as const) {
      const pages = await Promise.all(players.map(async (player) => openStock(stage.browser, stage.proxy.url, player, stage.broadcast.id, await ticket(`${player} ${Object.keys(told)}`), told)));
      if (told.lines) await Promise.all(pages.map((page) => expectBars(page, 2, 20)));
      else {
        await until("HD tried by each", 20, async () => (await Promise.all(pages.map(linesOf))).every((lines) => lines === 720));
        // One that measured little at first has begun in SD.
        const shown = async () => (await Promise.all(pages.map(decodedBy))).map(({ frames }) => frames);
        const before = await shown();
        await sleep(4000);
        expect(await shown()).toEqual(before);
      }
      expect(await Promise.all(pages.map(linesOf))).toEqual(told.lines ? [180, 180, 180] : [720, 720, 720]);
      await Promise.all(pages.map((page) => page.close()));
    }
  });
});

describe("A ticket for all qualities", () => {
  it("climbs from SD to HD", async () => {
    const page = await openOurs(await stage.broadcast.ticket());
    await until("HD pictures", 30, async () => (await linesOf(page)) === 720);
    await expectBars(page, 2, 20);
    await page.close();
  });
});

describe("A ticket for sound alone", () => {
  it("is told in words that there is no quality for it", async () => {
    const page = await openOurs(await ticket("audio", await stage.broadcast.offer({ maxTier: "AUDIO" })));
    await untilState(page, "refused", 30);
    expect(await coverText(page)).toContain("This quality is not in your ticket");
    await page.close();
  });
});
