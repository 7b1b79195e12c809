import { beforeAll, describe, expect, it } from "vitest";
import { giveToken, openAudit, untilListed, untilVerdict } from "./support/auditPage.js";
import { Browser } from "./support/chromium.js";
import { SigningKey } from "./support/cose.js";
import { UniformLog } from "./support/ownLog.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import { TwoStudios } from "./support/twoStudios.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();
let studios: TwoStudios;

beforeAll(async () => {
  studios = await TwoStudios.open(audit.server);
}, 120_000);

describe("With the keyboard alone", () => {
  const focused = () => audit.page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("class") || document.activeElement?.tagName || "");

  it("one opens an entry, walks its tree and comes back", async () => {
    await audit.open();
    await untilListed(audit.page);
    await audit.page.keyboard.press("Tab");
    expect(await focused()).toBe("skip");
    await audit.page.keyboard.press("Enter");
    expect(await focused()).toBe("content");
    const order: string[] = [];
    for (let i = 0; i < 4; i++) {
      await audit.page.keyboard.press("Tab");
      order.push(await focused());
    }
    expect(order).toEqual(["check-again", "SUMMARY", "open-index", "button"]);
    await audit.page.keyboard.press("Shift+Tab");
    await audit.page.keyboard.type("x");
    await audit.page.keyboard.press("Enter");
    expect(await audit.page.getAttribute("#open-index", "aria-invalid")).toBe("true");
    await audit.page.keyboard.press("Backspace");
    await audit.page.keyboard.type("5");
    await audit.page.keyboard.press("Enter");
    await until("the entry, with the focus on its verdict", 10, async () => (await focused()) === "entry-title" && (await untilVerdict(audit.page)).verdict === "good");

    for (let i = 0; i < 20 && !(await focused()).startsWith("box"); i++) await audit.page.keyboard.press("Tab");
    expect(await focused()).toBe("box leaf");
    expect(await audit.page.textContent(".readout")).toMatch(/^Entry 5: computed here[0-9a-f]{64}$/);
    await audit.page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("box given");
    expect(await audit.page.textContent(".readout")).toMatch(/^Entry 4: given by the log[0-9a-f]{64}$/);
    await audit.page.keyboard.press("End");
    expect(await focused()).toBe("box root");
    expect(await audit.page.textContent(".readout")).toMatch(/computed here, and signed[0-9a-f]{64}$/);
    await audit.page.keyboard.press("Tab");
    expect(await focused()).toBe("SUMMARY");
    await audit.page.keyboard.press("Enter");
    expect(await audit.page.locator(".words").isVisible()).toBe(true);

    await audit.page.focus("#token-button");
    await audit.page.keyboard.press("Enter");
    expect(await focused()).toBe("token-input");
    await audit.page.keyboard.press("Escape");
    expect(await focused()).toBe("token-button");
    await audit.page.goBack();
    await until("the list, with the focus on its name", 10, async () => (await focused()) === "list-title");
  });
});

describe.each([["phone", 390], ["small phone", 320], ["desk", 1280]])("On a %s (%i pixels)", (_, width) => {
  it.each(["light", "dark"] as const)("everything has its name and its room (%s)", async (colorScheme) => {
    const own = await Browser.open({ width, height: 844, colorScheme, touch: width < 1000 });
    try {
      const tab = await own.page();
      await openAudit(tab, audit.proxy.url);
      await untilListed(tab);
      await tab.click("#log-more summary");
      expect(await surveyOf(tab)).toEqual(faultless);
      await giveToken(tab, studios.tokens.auditor);
      await tab.evaluate(() => void (location.hash = "#/entry/17"));
      await tab.waitForSelector("#payload");
      for (const summary of await tab.locator("#entry summary").all()) await summary.click();
      expect(await surveyOf(tab)).toEqual(faultless);
      const log = new UniformLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), Buffer.from("one like another"), 10_000_019);
      audit.serve(log);
      expect((await openAudit(tab, audit.proxy.url, "?other#/entry/7654321")).log).toBe("false");
      await tab.click("#begin-anew");
      expect(await surveyOf(tab)).toEqual(faultless);
      await tab.click("#anew-yes");
      await until("the entry of the other log", 10, async () => (await untilVerdict(tab)).verdict === "good");
      await tab.click("text=Draw all 24 steps");
      expect(await surveyOf(tab)).toEqual(faultless);
    } finally {
      await own.close();
    }
  });
});
