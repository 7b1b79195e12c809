import type { Page } from "playwright-core";
import { test } from "vitest";
import type { Browser } from "./chromium.js";
import type { LiveServer } from "./liveServer.js";
import { Proxy } from "./proxy.js";

/** Where pages are opened: a browser, or what one test has of it. */
export interface Pages {
  page(): Promise<Page>;
}

/** What is a test's own. */
export interface Own {
  readonly pages: Pages;
  readonly proxy: Proxy;
}

/**
 * `it` for tests that run side by side over one browser and one server: each has pages and a proxy of its own, which go with it, and
 * never touches another's.
 */
export function sideBySide(stage: () => { readonly browser: Browser; readonly server: LiveServer }) {
  return test.extend<Own>({
    pages: async ({}, use) => {
      const own: Page[] = [];
      await use({ page: async () => own[own.push(await stage().browser.page()) - 1] as Page });
      await Promise.all(own.map((page) => page.close()));
    },
    proxy: async ({}, use) => {
      const proxy = await Proxy.start(stage().server.url);
      await use(proxy);
      await proxy.stop();
    },
  });
}
