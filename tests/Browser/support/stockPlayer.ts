import type { Page } from "playwright-core";
import type { Pages } from "./sideBySide.js";
import { distanceFromBars, resembling } from "./bars.js";
import { sleep, until } from "./until.js";
import { decodedBy } from "./watchPage.js";

/** A player as its package ships it, and which manifest it is given. */
export const stockPlayers = {
  "hls.js": { page: "hls", manifest: "master.m3u8" },
  "Shaka Player, HLS": { page: "shaka", manifest: "master.m3u8" },
  "Shaka Player, DASH": { page: "shaka", manifest: "manifest.mpd" },
  "dash.js": { page: "dash", manifest: "manifest.mpd" },
} as const;

export type StockPlayer = keyof typeof stockPlayers;

/** What a stock player is told beside the manifest. */
export interface Told {
  /** What hls.js asks for keys by; without it, the media. */
  readonly asking?: "by-key-id";
  /** Lines of the highest picture it may choose; without it, any. */
  readonly lines?: "576";
}

/** Opens a stock player's page on a broadcast. */
export async function openStock(pages: Pages, origin: string, player: StockPlayer, broadcast: string, token: string, told: Told = {}): Promise<Page> {
  const { page: name, manifest } = stockPlayers[player];
  const page = await pages.page();
  const query = new URLSearchParams({ manifest: `${origin}/live/${broadcast}/${manifest}`, token, ...told });
  await page.goto(`${origin}/stock/${name}.html?${query}`);
  return page;
}

/** Waits until `seconds` of bars and tone were played; fails with what the player reported. */
export async function expectBars(page: Page, seconds: number, patience: number): Promise<void> {
  try {
    const start = await until("a first picture", patience, async () => {
      const now = await decodedBy(page);
      return now.frames > 5 && now.audioBytes > 0 ? now : undefined;
    });
    await until(`${seconds} s played`, seconds + 15, async () => {
      const now = await decodedBy(page);
      return now.time >= start.time + seconds && now.frames >= start.frames + 20 * seconds && now.audioBytes > start.audioBytes;
    });
    const distance = await distanceFromBars(page);
    if (distance > resembling) throw new Error(`the picture is ${distance.toFixed(0)} away from the bars`);
  } catch (error) {
    throw new Error(`${String(error)}; ${JSON.stringify(await decodedBy(page))}; ${(await errorsOf(page)).join(" | ")}`);
  }
}

/** Looks for `seconds` seconds; gives the nearest that any picture came to the bars. */
export async function nearestToBars(page: Page, seconds: number): Promise<number> {
  let nearest = Number.POSITIVE_INFINITY;
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await sleep(400)) nearest = Math.min(nearest, await distanceFromBars(page));
  return nearest;
}

export function errorsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => (window as unknown as { errors?: string[] }).errors ?? []);
}
