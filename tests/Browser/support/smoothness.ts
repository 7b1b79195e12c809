import type { Page } from "playwright-core";

/** What hindered a playback since it was watched. Times in milliseconds. */
export interface Hindrances {
  /** The picture stood still for too long, although the page's own clock went on. `ahead` is the least that was there to be played meanwhile, in seconds. */
  stalls: { at: number; milliseconds: number; ahead: number }[];
  /** The playing position went on by more than the time that passed. */
  jumps: { at: number; milliseconds: number }[];
  /** Media time played, in seconds. */
  played: number;
}

/** Begins to look at the page's video, every 25 ms. A picture that stands for longer than `longest` ms is a stall. */
export async function watchSmoothness(page: Page, longest = 250): Promise<void> {
  await page.evaluate((longest) => {
    const video = document.querySelector("video") as HTMLVideoElement;
    const found: Hindrances = { stalls: [], jumps: [], played: 0 };
    (window as unknown as { smoothness: Hindrances }).smoothness = found;
    let position = video.currentTime;
    let looked = performance.now();
    let still = 0;
    let ahead = Number.POSITIVE_INFINITY;
    const buffered = () => {
      const ranges = [...Array(video.buffered.length).keys()].map((n) => [video.buffered.start(n), video.buffered.end(n)] as const);
      const [, end] = ranges.find(([from, to]) => from <= video.currentTime && video.currentTime <= to) ?? [];
      return end === undefined ? 0 : end - video.currentTime;
    };
    setInterval(() => {
      const now = performance.now();
      // A machine that did not let this look cannot blame the player for that time.
      const passed = Math.min(100, now - looked);
      const moved = 1000 * (video.currentTime - position);
      if (moved === 0 && !video.ended && !video.paused) {
        still += passed;
        ahead = Math.min(ahead, buffered());
      } else {
        if (still > longest) found.stalls.push({ at: position, milliseconds: still, ahead });
        [still, ahead] = [0, Number.POSITIVE_INFINITY];
        if (moved > (now - looked) * 1.5 + 200 || moved < 0) found.jumps.push({ at: position, milliseconds: moved });
        else found.played += moved / 1000;
      }
      position = video.currentTime;
      looked = now;
    }, 25);
  }, longest);
}

export function smoothnessOf(page: Page): Promise<Hindrances> {
  return page.evaluate(() => (window as unknown as { smoothness: Hindrances }).smoothness);
}
