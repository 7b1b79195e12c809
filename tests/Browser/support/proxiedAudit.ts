import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { type AuditSaying, openAudit, sayingOf } from "./auditPage.js";
import { Browser } from "./chromium.js";
import { LiveServer } from "./liveServer.js";
import type { OwnLog } from "./ownLog.js";
import { Proxy } from "./proxy.js";
import { until } from "./until.js";

/**
 * The real server's audit page, over the server's log changed on the way by a proxy, or over a log of the test's own, whose
 * key the test has. Each test has an origin of its own, so the browser remembers nothing of another's.
 */
export class ProxiedAudit {
  server!: LiveServer;
  browser!: Browser;
  proxy!: Proxy;
  page!: Page;
  /** What the page's console said and must not have. */
  complaints: string[] = [];

  /** One server and browser for all tests of a file, one proxy and page for each. */
  static forEachTest(): ProxiedAudit {
    const audit = new ProxiedAudit();
    beforeAll(async () => {
      [audit.server, audit.browser] = await Promise.all([LiveServer.start(), Browser.open()]);
    });
    beforeEach(async () => {
      audit.proxy = await Proxy.start(audit.server.url);
      audit.page = await audit.browser.page();
      audit.complaints = [];
      audit.page.on("console", (message) => ["error", "warning"].includes(message.type()) && audit.complaints.push(message.text()));
      audit.page.on("pageerror", (error) => audit.complaints.push(error.message));
    });
    afterEach(async () => {
      await audit.page.close();
      await audit.proxy.stop();
    });
    afterAll(async () => {
      await audit.browser?.close();
      await audit.server?.stop();
    });
    return audit;
  }

  /** Opens the page at an address after #, and waits for its verdict. */
  open(hash = ""): Promise<AuditSaying> {
    return openAudit(this.page, this.proxy.url, hash);
  }

  /** Goes on to another address after #, as a link would. */
  async goTo(hash: string): Promise<void> {
    await this.page.evaluate((to) => void (location.hash = to), hash);
  }

  /** Waits until the open entry's check list has this line. */
  async untilChecked(line: string): Promise<void> {
    await until(line, 10, async () => (await sayingOf(this.page)).checks.includes(line));
  }

  /** Puts this log in the place of the server's. */
  serve(log: OwnLog): void {
    this.proxy.change = (path) => log.answer(path);
  }
}
