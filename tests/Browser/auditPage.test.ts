import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveToken, openAudit, sayingOf, untilListed, untilVerdict } from "./support/auditPage.js";
import { Browser } from "./support/chromium.js";
import { SigningKey } from "./support/cose.js";
import { LiveServer } from "./support/liveServer.js";
import { OwnLog, sha256, UniformLog } from "./support/ownLog.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { Proxy } from "./support/proxy.js";
import { until } from "./support/until.js";

let server: LiveServer;
let browser: Browser;
let proxy: Proxy;
let page: Page;
/** What the console said and must not have. */
let complaints: string[];
const tokens = { auditor: "", mine: "", other: "" };
/** A broadcast of each broadcaster. */
const broadcasts = { mine: "", other: "" };

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start(), Browser.open()]);
  const admit = async (subject: string, role: string) =>
    (await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject, role, lifetimeSeconds: 3600 })).token;
  Object.assign(tokens, { auditor: await admit("inspector", "auditor"), mine: await admit("studio", "broadcaster"), other: await admit("rival", "broadcaster") });
  for (const whose of ["mine", "other"] as const) {
    broadcasts[whose] = (await server.ask<{ id: string }>("POST", "/v1/broadcasts", tokens[whose], { title: "First night", scheme: "cbcs" })).id;
    for (let k = 0; k < 15; k++) await server.ask("POST", `/v1/broadcasts/${broadcasts[whose]}/entitlements`, tokens[whose], { viewer: `guest-${k}` });
  }
  await published(32);
}, 120_000);
beforeEach(async () => {
  proxy = await Proxy.start(server.url);
  page = await browser.page();
  complaints = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
});
afterEach(async () => {
  await page.close();
  await proxy.stop();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

function published(size: number): Promise<number> {
  return until(`${size} entries published`, 10, async () => {
    const status = await server.ask<{ size: number }>("GET", "/v1/ledger/status", tokens.auditor);
    return status.size >= size ? status.size : undefined;
  });
}

async function goTo(hash: string): Promise<void> {
  await page.evaluate((to) => void (location.hash = to), hash);
}

/** Waits until the open entry's check list has this line. */
async function untilChecked(line: string): Promise<void> {
  await until(line, 10, async () => (await sayingOf(page)).checks.includes(line));
}

describe("The audit page", () => {
  it("says first whether the log is good, then lists what is newest, each entry proven", async () => {
    expect(await openAudit(page, proxy.url)).toMatchObject({ verdict: "good", title: "The log is signed, and new to this browser" });
    expect((await untilListed(page)).list).toBe("25 entries, each proven to be in the signed log");
    expect(await page.locator("tbody tr").count()).toBe(25);
    await page.click("text=Older ›");
    await until("the rest", 10, async () => (await untilListed(page)).list.startsWith("7 entries"));
    expect(await page.locator("tbody tr").last().getAttribute("data-index")).toBe("0");
    expect(complaints).toEqual([]);
  });

  it("proves an entry itself: nobody is asked whether it is true", async () => {
    expect(await openAudit(page, proxy.url, "#/entry/5")).toMatchObject({
      verdict: "good", title: "Entry 5 is in the signed log", log: "good",
      checks: ["entry: good", "path: good", "payload: none", "key: none", "signature: good", "witnesses: none", "history: none"],
    });
    const asked = new Set(proxy.asked.filter((path) => !path.startsWith("/player/") && !path.startsWith("/audit")).map((path) => path.replace(/\d+$/, "")));
    expect([...asked].sort()).toEqual(["/log/checkpoint", "/log/key", "/log/tile/0/000.p/", "/log/tile/entries/000.p/"]);

    // The drawing against a second computation: from the served bytes up, with the hashes that the page names.
    const bundle = Buffer.from(await (await fetch(`${server.url}/log/tile/entries/000.p/6`)).arrayBuffer());
    let start = 0;
    for (let i = 0; i < 5; i++) start += 2 + bundle.readUInt16BE(start);
    const hashes = await page.locator(".words li code").allTextContents();
    const sides = (await page.locator(".words li").allTextContents()).map((text) => /on its (left|right)/.exec(text)?.[1]);
    let hash = sha256(Buffer.of(0), bundle.subarray(start + 2, start + 2 + bundle.readUInt16BE(start)));
    expect(hashes[0]).toBe(hash.toString("hex"));
    for (const [i, side] of sides.slice(1, -1).entries()) {
      const sibling = Buffer.from(hashes[2 * i + 1] ?? "", "hex");
      hash = side === "left" ? sha256(Buffer.of(1), sibling, hash) : sha256(Buffer.of(1), hash, sibling);
      expect(hashes[2 * i + 2]).toBe(hash.toString("hex"));
    }
    expect(hashes.at(-1)).toBe(hash.toString("hex"));
    expect(await page.locator(".box.given").count()).toBe(sides.length - 2);
    expect(complaints).toEqual([]);
  });

  it("runs under a policy that lets in no script, style or markup but its own", async () => {
    const { headers } = await fetch(`${server.url}/audit`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect([headers.get("referrer-policy"), headers.get("x-content-type-options")]).toEqual(["no-referrer", "nosniff"]);
  });

  it("remembers, and says since when the log only grew", async () => {
    await openAudit(page, proxy.url);
    await server.ask("POST", `/v1/broadcasts/${broadcasts.mine}/entitlements`, tokens.mine, { viewer: `late-${crypto.randomUUID()}` });
    const size = await published(33);
    await page.click("#check-again");
    await untilChecked("history: good");
    expect(await page.textContent('[data-check="history"]')).toContain("It extends what you saw on");
    expect(await page.textContent("#log-verdict")).toContain(`${size} entries`);
    expect((await openAudit(page, proxy.url)).title).toBe("The log is signed, and only grew");
    await page.click("#log-more summary");
    const vkey = (await (await fetch(`${server.url}/log/key`)).text()).trim();
    const key = Buffer.from(vkey.split("+").slice(2).join("+"), "base64").subarray(1);
    expect((await page.textContent("#fingerprint"))?.replaceAll(" ", "")).toBe(sha256(key).toString("hex"));
  });

  it("looks for an entry that came after its last look, and says where a log ends", async () => {
    await openAudit(page, proxy.url, "#/entry/0");
    await server.ask("POST", `/v1/broadcasts/${broadcasts.mine}/entitlements`, tokens.mine, { viewer: `later-${crypto.randomUUID()}` });
    const size = await published(34);
    await goTo(`#/entry/${size - 1}`);
    await until("the new entry", 10, async () => (await untilVerdict(page)).title === `Entry ${size - 1} is in the signed log`);
    await goTo(`#/entry/${size + 7}`);
    await until("its absence", 10, async () => (await untilVerdict(page)).title === `There is no entry ${size + 7} yet`);
    await page.click("#entry-verdict .verdict-text a");
    await until("the last entry", 10, async () => (await untilVerdict(page)).title === `Entry ${size - 1} is in the signed log`);
  });

  it("draws the path of a large log with its middle left out until asked, and proves entries of other kinds of logs", async () => {
    const log = new OwnLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), Array.from({ length: 5000 }, (_, i) => Buffer.from(`entry ${i}`)));
    proxy.change = (path) => log.answer(path);
    expect((await openAudit(page, proxy.url, "#/entry/1234")).verdict).toBe("good");
    expect(await page.textContent(".elision")).toBe("7 more steps, all computed");
    expect(await page.locator(".box").count()).toBe(13);
    await page.click("text=Draw all 13 steps");
    expect(await page.locator(".box").count()).toBe(27);
    expect(await page.textContent("#entry-verdict")).toContain("not one of LiveLedger’s");
    expect(await page.textContent('[data-check="path"]')).toContain("13 hashes");
    await openAudit(page, proxy.url, "?#/");
    expect((await untilListed(page)).list).toBe("25 entries, each proven to be in the signed log");
  });

  it("reads a few tiles of a log of ten million, not more", async () => {
    const log = new UniformLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), Buffer.from("one like another"), 10_000_019);
    proxy.change = (path) => log.answer(path);
    expect(await openAudit(page, proxy.url, "#/entry/7654321")).toMatchObject({ verdict: "good", title: "Entry 7,654,321 is in the signed log" });
    expect(proxy.asked.filter((path) => path.startsWith("/log/tile/")).length).toBeLessThanOrEqual(8);
    expect(await surveyOf(page)).toEqual(faultless);
    expect((await openAudit(page, proxy.url, "?#/newest/10000000")).verdict).toBe("good");
    expect((await untilListed(page)).list).toBe("25 entries, each proven to be in the signed log");
  });

  it("shows what others wrote as text, however long and whatever it says", async () => {
    const nasty = `<img src=x onerror=alert(1)>\u202e${"wide".repeat(3000)}`;
    const entry = (type: string): Buffer => {
      const text = (value: string): Buffer => Buffer.concat([Buffer.of(Buffer.byteLength(value) >> 8, Buffer.byteLength(value)), Buffer.from(value)]);
      return Buffer.concat([Buffer.of(1), Buffer.alloc(16, 1), text(nasty), Buffer.alloc(8), text(type), Buffer.of(0, 1), Buffer.alloc(8), text(nasty), Buffer.alloc(32, 2)]);
    };
    const log = new OwnLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), ["first", nasty, "third"].map(entry));
    proxy.change = (path) => log.answer(path);
    await openAudit(page, proxy.url);
    await untilListed(page);
    expect(await page.locator("img").count()).toBe(0);
    expect(await surveyOf(page)).toEqual(faultless);
    expect((await openAudit(page, proxy.url, "?#/entry/1")).verdict).toBe("good");
    expect(await page.textContent(".fields-list")).toContain(nasty);
    expect(await surveyOf(page)).toEqual(faultless);
    expect(complaints).toEqual([]);
  });

  it("says so where the browser lets it remember nothing", async () => {
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("forbidden");
      };
    });
    for (let visit = 0; visit < 2; visit++) {
      expect(await openAudit(page, proxy.url)).toMatchObject({ verdict: "good", title: "The log is signed, and new to this browser" });
      expect(await page.textContent('[data-check="history"]')).toContain("this browser keeps nothing");
    }
    // A token is good for as long as the page is open.
    await giveToken(page, tokens.auditor);
    await goTo("#/entry/2");
    await untilChecked("payload: good");
  });

  it("takes no more bytes than a thing can have", async () => {
    proxy.change = (path) => (path === "/log/checkpoint" ? Buffer.alloc(64 * 1024 + 1, "x") : undefined);
    expect(await openAudit(page, proxy.url)).toMatchObject({ verdict: "unknown" });
    expect(await page.textContent("#log-verdict")).toContain("more bytes for checkpoint than it can have");
    proxy.change = (path, body) => (path.startsWith("/log/tile/0/") ? Buffer.concat([body, Buffer.alloc(8193)]) : undefined);
    expect(await openAudit(page, proxy.url, "?tile#/entry/1")).toMatchObject({ verdict: "unknown" });
  });

  it("says that it could not tell where the log does not answer, and tries again", async () => {
    let away = true;
    proxy.change = (path) => (away && path.startsWith("/log/") ? { status: 503, body: "" } : undefined);
    expect(await openAudit(page, proxy.url)).toMatchObject({ verdict: "unknown", title: "Could not tell" });
    expect(await page.textContent("#list-body")).toContain("Nothing can be listed until the log answers");
    away = false;
    await page.click("text=Try again");
    await until("the good verdict", 10, async () => (await untilVerdict(page)).verdict === "good");
    expect((await untilListed(page)).listOutcome).toBe("good");
    away = true;
    expect(await openAudit(page, proxy.url, "?again#/entry/3")).toMatchObject({ verdict: "unknown", title: "Could not tell about entry 3" });
    away = false;
    await page.click("#entry-verdict >> text=Check again");
    await until("the entry", 10, async () => (await untilVerdict(page)).title === "Entry 3 is in the signed log");
  });
});

describe("With a token", () => {
  it("an auditor searches, and reads payloads that are checked against their entries", async () => {
    await openAudit(page, proxy.url);
    await page.click("#search-form >> text=Search");
    expect(await page.evaluate(() => (document.getElementById("token-dialog") as HTMLDialogElement).open)).toBe(true);
    await page.fill("#token-input", "not a token");
    await page.click("#token-use");
    expect(await page.textContent("#token-problem")).toContain("This is no token");
    await page.fill("#token-input", `Bearer ${tokens.auditor}\n`);
    await page.click("#token-use");
    expect(await page.textContent("#token-state")).toBe("Auditor");

    await page.fill("[name=type]", "broadcast-created");
    await page.click("#search-form >> text=Search");
    await until("both broadcasts", 10, async () => (await untilListed(page)).list === "2 entries, each proven to be in the signed log");
    await page.fill("[name=broadcast]", broadcasts.other);
    await page.click("#search-form >> text=Search");
    await until("one broadcast", 10, async () => (await untilListed(page)).list.startsWith("1 entry, proven"));
    await page.click("tbody th a");
    await untilChecked("payload: good");
    expect(JSON.parse((await page.textContent("#payload")) ?? "")).toMatchObject({ title: "First night" });
    await page.goBack();
    await until("the search again", 10, async () => (await untilListed(page)).list.startsWith("1 entry"));
    expect(await page.inputValue("[name=broadcast]")).toBe(broadcasts.other);

    await page.click("#search-form >> text=Clear");
    await page.fill("[name=from]", "9");
    await page.fill("[name=to]", "9");
    await page.click("#search-form >> text=Search");
    expect(await page.textContent("#search-problem")).toContain("has to be above");
    await page.fill("[name=to]", "12");
    await page.fill("[name=since]", "2020-01-01T00:00");
    await page.click("#search-form >> text=Search");
    await until("three entries", 10, async () => (await untilListed(page)).list.startsWith("3 entries"));
    expect(complaints).toEqual([]);
  });

  it("a broadcaster finds its own, and of another's sees what is public only", async () => {
    await openAudit(page, proxy.url);
    await giveToken(page, tokens.mine);
    await goTo(`#/search?broadcast=${broadcasts.mine}`);
    await until("its own", 10, async () => (await untilListed(page)).listOutcome === "good");
    expect(await page.locator("tbody tr").count()).toBeGreaterThan(15);
    await page.click("tbody th a >> nth=1");
    await untilChecked("payload: good");
    expect(JSON.parse((await page.textContent("#payload")) ?? "")).toMatchObject({ broadcast: broadcasts.mine });

    await goTo(`#/search?broadcast=${broadcasts.other}`);
    await until("the refusal", 10, async () => (await page.textContent("#list-body"))?.includes("not yours to see"));
    expect(await page.locator("tbody tr").count()).toBe(0);
    await goTo("#/search?type=broadcast-created");
    await until("the refusal", 10, async () => (await page.textContent("#list-body"))?.includes("one of its own broadcasts"));

    // What is in the log is public: the entry is proven, and its payload stays closed.
    await goTo("#/entry/20");
    await until("the other's entry", 10, async () => (await untilVerdict(page)).title === "Entry 20 is in the signed log");
    await untilChecked("payload: none");
    expect(await page.textContent(".check[data-check=payload]")).toContain("not yours to see");
    expect(await page.locator("#payload").count()).toBe(0);
  });

  it("the token stays in its tab, goes to the ledger's questions only, and is gone when told", async () => {
    const carried: string[] = [];
    page.on("request", (request) => request.headers()["authorization"] && carried.push(new URL(request.url()).pathname));
    await openAudit(page, proxy.url);
    await giveToken(page, tokens.auditor);
    await goTo("#/entry/2");
    await untilChecked("payload: good");
    expect(carried).toEqual(["/v1/ledger/entries"]);
    expect(await page.evaluate(() => JSON.stringify(localStorage) + location.href + document.documentElement.outerHTML)).not.toContain(tokens.auditor.slice(-40));
    await page.reload();
    await untilChecked("payload: good");
    const other = await browser.page();
    await openAudit(other, proxy.url);
    expect(await other.textContent("#token-state")).toBe("No token");
    await other.close();
    await page.click("#token-button");
    await page.click("#token-drop");
    await untilChecked("payload: none");
    await page.reload();
    await untilChecked("payload: none");
    expect(await page.textContent("#token-state")).toBe("No token");
  });

  it("a token that has run out is said to have", async () => {
    await openAudit(page, proxy.url);
    proxy.change = (path) => (path.startsWith("/v1/ledger/entries") ? { status: 401, body: JSON.stringify({ code: "token-expired" }) } : undefined);
    await giveToken(page, tokens.auditor);
    await goTo("#/search?actor=system");
    await until("the refusal", 10, async () => (await page.textContent("#list-body"))?.includes("Your token has run out"));
    await page.click("text=Give another token");
    expect(await page.evaluate(() => (document.getElementById("token-dialog") as HTMLDialogElement).open)).toBe(true);
  });
});

describe("With the keyboard alone", () => {
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.getAttribute("class") || document.activeElement?.tagName || "");

  it("one opens an entry, walks its tree and comes back", async () => {
    await openAudit(page, proxy.url);
    await untilListed(page);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("skip");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("content");
    const order: string[] = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press("Tab");
      order.push(await focused());
    }
    expect(order).toEqual(["check-again", "SUMMARY", "open-index", "button"]);
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.type("x");
    await page.keyboard.press("Enter");
    expect(await page.getAttribute("#open-index", "aria-invalid")).toBe("true");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("5");
    await page.keyboard.press("Enter");
    await until("the entry, with the focus on its verdict", 10, async () => (await focused()) === "entry-title" && (await untilVerdict(page)).verdict === "good");

    for (let i = 0; i < 20 && !(await focused()).startsWith("box"); i++) await page.keyboard.press("Tab");
    expect(await focused()).toBe("box leaf");
    expect(await page.textContent(".readout")).toMatch(/^Entry 5: computed here[0-9a-f]{64}$/);
    await page.keyboard.press("ArrowUp");
    expect(await focused()).toBe("box given");
    expect(await page.textContent(".readout")).toMatch(/^Entry 4: given by the log[0-9a-f]{64}$/);
    await page.keyboard.press("End");
    expect(await focused()).toBe("box root");
    expect(await page.textContent(".readout")).toMatch(/computed here, and signed[0-9a-f]{64}$/);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("SUMMARY");
    await page.keyboard.press("Enter");
    expect(await page.locator(".words").isVisible()).toBe(true);

    await page.focus("#token-button");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("token-input");
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("token-button");
    await page.goBack();
    await until("the list, with the focus on its name", 10, async () => (await focused()) === "list-title");
  });
});

describe.each([["phone", 390], ["small phone", 320], ["desk", 1280]])("On a %s (%i pixels)", (_, width) => {
  it.each(["light", "dark"] as const)("everything has its name and its room (%s)", async (colorScheme) => {
    const own = await Browser.open({ width, height: 844, colorScheme, touch: width < 1000 });
    try {
      const tab = await own.page();
      await openAudit(tab, proxy.url);
      await untilListed(tab);
      await tab.click("#log-more summary");
      expect(await surveyOf(tab)).toEqual(faultless);
      await giveToken(tab, tokens.auditor);
      await tab.evaluate(() => void (location.hash = "#/entry/17"));
      await tab.waitForSelector("#payload");
      for (const summary of await tab.locator("#entry summary").all()) await summary.click();
      expect(await surveyOf(tab)).toEqual(faultless);
      const log = new UniformLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), Buffer.from("one like another"), 10_000_019);
      proxy.change = (path) => log.answer(path);
      expect((await openAudit(tab, proxy.url, "?other#/entry/7654321")).log).toBe("false");
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
