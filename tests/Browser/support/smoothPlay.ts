import type { Page } from "playwright-core";
import { expect } from "vitest";
import { smoothnessOf, watchSmoothness } from "./smoothness.js";
import { errorsOf, expectBars } from "./stockPlayer.js";
import { until } from "./until.js";
import { decodedBy } from "./watchPage.js";

/** Looks on while all pages play for `watched` seconds, side by side, bars and tone without a stall; gives what was not so, by name. */
export async function hindrancesOf(pages: ReadonlyMap<string, Page>, watched: number, state: "live" | "recording"): Promise<string[]> {
  // Live players settle their distance to the edge first, dash.js by a seek.
  const results = await Promise.allSettled([...pages].map(([name, page]) => expectSmooth(name, page, watched, state === "live" ? 5 : 1)));
  return results.filter((result) => result.status === "rejected").map((result) => String(result.reason));
}

async function expectSmooth(name: string, page: Page, watched: number, settling: number): Promise<void> {
  await expectBars(page, settling, 40);
  await watchSmoothness(page);
  const before = await decodedBy(page);
  try {
    await until(`${watched} s played by ${name}`, watched + 60, async () => (await smoothnessOf(page)).played >= watched);
  } catch (error) {
    throw new Error(`${String(error)}; ${JSON.stringify(await smoothnessOf(page))}; ${JSON.stringify(await decodedBy(page))}; ${(await errorsOf(page)).join(" | ")}`);
  }
  const { stalls, jumps } = await smoothnessOf(page);
  const after = await decodedBy(page);
  const hindered = stalls.some((stall) => stall.milliseconds > 500) || jumps.length > 0;
  if (hindered) throw new Error(`${name}: ${JSON.stringify({ stalls, jumps })}; ${(await errorsOf(page)).join(" | ")}`);
  expect(after.frames - before.frames).toBeGreaterThan(22 * watched);
  expect(after.audioBytes).toBeGreaterThan(before.audioBytes);
  await expectBars(page, 1, 10);
}
