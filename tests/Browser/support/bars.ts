import type { Page } from "playwright-core";
import { PNG } from "pngjs";

/** The seven upper bars of ffmpeg's smptebars, left to right: 75 % white, yellow, cyan, green, magenta, red, blue. */
const bars = [[191, 191, 191], [191, 191, 0], [0, 191, 191], [0, 191, 0], [191, 0, 191], [191, 0, 0], [0, 0, 191]] as const;

/**
 * How far what the page shows in its video is from the bars that were sent: the mean difference of a colour channel, 0 to
 * 255. A screenshot, because script cannot read protected pictures. The bars played give about 10; black gives about 110.
 */
export async function distanceFromBars(page: Page): Promise<number> {
  const shot = PNG.sync.read(await page.locator("video").first().screenshot());
  let sum = 0;
  let count = 0;
  for (const [i, bar] of bars.entries()) {
    const x0 = Math.floor(((i + 0.25) * shot.width) / bars.length);
    const x1 = Math.floor(((i + 0.75) * shot.width) / bars.length);
    for (let y = Math.floor(0.15 * shot.height); y < 0.55 * shot.height; y += 4) {
      for (let x = x0; x < x1; x += 4) {
        for (const [channel, value] of bar.entries()) {
          sum += Math.abs((shot.data[4 * (y * shot.width + x) + channel] ?? 0) - value);
          count++;
        }
      }
    }
  }
  return sum / count;
}

/** At most this far: the bars are there. */
export const resembling = 40;
