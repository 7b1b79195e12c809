import type { Browser, Page } from "playwright-core";
import { onMachineOfItsOwn } from "../support/machine.js";
import { watchSmoothness, smoothnessOf } from "../support/smoothness.js";
import { shares } from "../support/swarmPages.js";
import { sleep, until } from "../support/until.js";
import { decodedBy, type Stats } from "../support/watchPage.js";

/** Bytes of the media that a page has had. */
interface Had {
  readonly peers: number;
  readonly origin: number;
}

/** One of the players that are compared. */
export interface Side {
  readonly name: string;
  readonly address: () => Promise<string>;
  readonly had: (page: Page) => Promise<Had>;
  readonly latency: (page: Page) => Promise<number | undefined>;
}

export interface Run {
  readonly side: string;
  readonly pages: number;
  /** Share of the bytes that came from peers. */
  readonly whole: number;
  readonly secondHalf: number;
  /** Milliseconds of each picture that stood still for more than 250. */
  readonly stalls: readonly number[];
  /** Milliseconds from the page's opening to its first picture, the middle one and the longest. */
  readonly start: { readonly middle: number; readonly longest: number };
  /** Seconds behind the edge, the middle page. */
  readonly latency: number;
}

export const ours = (address: () => Promise<string>): Side => ({
  name: "ours", address,
  had: (page) => page.evaluate(() => {
    const { bytes, swarm } = (window as unknown as { liveledger: Stats }).liveledger;
    const peers = swarm?.counts.peers ?? 0;
    // What was loaded before there was a swarm is in the first alone, what was loaded for others in the second.
    return { peers, origin: Math.max(bytes - peers, swarm ? swarm.counts.origin + swarm.elsewhere : 0) };
  }),
  latency: (page) => page.evaluate(() => (window as unknown as { liveledger: Stats }).liveledger.latency),
});

export const theirs = (name: string, address: () => Promise<string>): Side => ({
  name, address,
  had: (page) => page.evaluate(() => {
    const { http, p2p } = (window as unknown as { had: { http: number; p2p: number } }).had;
    return { peers: p2p, origin: http };
  }),
  latency: (page) => page.evaluate(() => (window as unknown as { hls?: { latency: number } }).hls?.latency),
});

/** Opens so many pages, one each two seconds, and looks on until the last has been there for `seconds`. */
export async function run(browser: Browser, side: Side, count: number, seconds: number): Promise<Run> {
  const pages: Page[] = [];
  const watching: Promise<void>[] = [];
  try {
    for (let n = 0; n < count; n++) {
      if (n > 0) await sleep(2000);
      const page = await (await browser.newContext({ viewport: { width: 640, height: 480 } })).newPage();
      await onMachineOfItsOwn(page);
      await shares("on")(page);
      await page.addInitScript(() => document.addEventListener("playing", () => ((window as unknown as { startedAt?: number }).startedAt ??= performance.now()), true));
      await page.goto(await side.address(), { waitUntil: "commit" });
      watching.push(until(`page ${n + 1} of ${side.name} plays`, 60, async () => (await decodedBy(page).catch(() => undefined))?.frames)
        .catch(async (e: unknown) => Promise.reject(new Error(`${e}: ${(await errorsOf(page)).slice(0, 5).join("; ")}`))).then(() => watchSmoothness(page)));
      pages.push(page);
    }
    await Promise.all(watching);
    await sleep((seconds * 1000) / 2);
    const half = await Promise.all(pages.map(side.had));
    await sleep((seconds * 1000) / 2);
    const end = await Promise.all(pages.map(side.had));
    const smooth = await Promise.all(pages.map(smoothnessOf));
    const starts = await Promise.all(pages.map((page) => page.evaluate(() => (window as unknown as { startedAt?: number }).startedAt ?? Number.NaN)));
    const errors = (await Promise.all(pages.map(errorsOf))).flat();
    if (errors.length > 0) console.error(`${side.name} reported ${errors.length} errors: ${[...new Set(errors)].slice(0, 5).join("; ")}`);
    const latencies = await Promise.all(pages.map(side.latency));
    return {
      side: side.name, pages: count, whole: shareOf(end), secondHalf: shareOf(end.map(({ peers, origin }, n) => ({ peers: peers - (half[n]?.peers ?? 0), origin: origin - (half[n]?.origin ?? 0) }))),
      stalls: smooth.flatMap(({ stalls }) => stalls.map(({ milliseconds }) => Math.round(milliseconds))),
      start: { middle: middle(starts), longest: Math.max(...starts) }, latency: middle(latencies.filter((latency) => latency !== undefined)),
    };
  } finally {
    await Promise.all(browser.contexts().map((context) => context.close()));
  }
}

const errorsOf = (page: Page) => page.evaluate(() => (window as unknown as { errors?: string[] }).errors ?? []);

function shareOf(had: readonly Had[]): number {
  const peers = had.reduce((sum, { peers }) => sum + peers, 0);
  return peers / Math.max(1, peers + had.reduce((sum, { origin }) => sum + origin, 0));
}

function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
