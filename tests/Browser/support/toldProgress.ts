import type { Page } from "playwright-core";

/** All that the shop of a page says of its progress from now on: some of it stands there for a moment only. */
export async function toldProgress(page: Page): Promise<readonly string[]> {
  const told: string[] = [];
  await page.exposeFunction("told", (text: string) => told.push(text));
  await page.evaluate(() => {
    const region = document.getElementById("tickets-progress") as HTMLElement;
    new MutationObserver(() => (window as unknown as { told(text: string): void }).told(region.textContent ?? "")).observe(region, { childList: true, characterData: true, subtree: true });
  });
  return told;
}
