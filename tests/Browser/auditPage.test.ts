import { beforeAll, describe, expect, it } from "vitest";
import { giveToken, untilListed, untilVerdict } from "./support/auditPage.js";
import { SigningKey } from "./support/cose.js";
import { OwnLog, sha256, texts, UniformLog } from "./support/ownLog.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import { TwoStudios } from "./support/twoStudios.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();
let studios: TwoStudios;

beforeAll(async () => {
  studios = await TwoStudios.open(audit.server);
}, 120_000);

describe("The audit page", () => {
  it("says first whether the log is good, then lists what is newest, each entry proven", async () => {
    expect(await audit.open()).toMatchObject({ verdict: "good", title: "The log is signed, and new to this browser" });
    expect((await untilListed(audit.page)).list).toBe("25 entries, each proven to be in the signed log");
    expect(await audit.page.locator("tbody tr").count()).toBe(25);
    await audit.page.click("text=Older ›");
    await until("the rest", 10, async () => (await untilListed(audit.page)).list.startsWith("8 entries"));
    expect(await audit.page.locator("tbody tr").last().getAttribute("data-index")).toBe("0");
    expect(audit.complaints).toEqual([]);
  });

  it("proves an entry itself: nobody is asked whether it is true", async () => {
    expect(await audit.open("#/entry/5")).toMatchObject({
      verdict: "good", title: "Entry 5 is in the signed log", log: "good",
      checks: ["entry: good", "path: good", "payload: none", "key: none", "signature: good", "witnesses: none", "history: none"],
    });
    const asked = new Set(audit.proxy.asked.filter((path) => !path.startsWith("/player/") && !path.startsWith("/audit")).map((path) => path.replace(/\d+$/, "")));
    expect([...asked].sort()).toEqual(["/log/checkpoint", "/log/key", "/log/tile/0/000.p/", "/log/tile/entries/000.p/"]);

    // The drawing against a second computation: from the served bytes up, with the hashes that the page names.
    const bundle = Buffer.from(await (await fetch(`${audit.server.url}/log/tile/entries/000.p/6`)).arrayBuffer());
    let start = 0;
    for (let i = 0; i < 5; i++) start += 2 + bundle.readUInt16BE(start);
    const hashes = await audit.page.locator(".words li code").allTextContents();
    const sides = (await audit.page.locator(".words li").allTextContents()).map((text) => /on its (left|right)/.exec(text)?.[1]);
    let hash = sha256(Buffer.of(0), bundle.subarray(start + 2, start + 2 + bundle.readUInt16BE(start)));
    expect(hashes[0]).toBe(hash.toString("hex"));
    for (const [i, side] of sides.slice(1, -1).entries()) {
      const sibling = Buffer.from(hashes[2 * i + 1] ?? "", "hex");
      hash = side === "left" ? sha256(Buffer.of(1), sibling, hash) : sha256(Buffer.of(1), hash, sibling);
      expect(hashes[2 * i + 2]).toBe(hash.toString("hex"));
    }
    expect(hashes.at(-1)).toBe(hash.toString("hex"));
    expect(await audit.page.locator(".box.given").count()).toBe(sides.length - 2);
    expect(audit.complaints).toEqual([]);
  });

  it("runs under a policy that lets in no script, style or markup but its own", async () => {
    const { headers } = await fetch(`${audit.server.url}/audit`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect([headers.get("referrer-policy"), headers.get("x-content-type-options")]).toEqual(["no-referrer", "nosniff"]);
  });

  it("remembers, and says since when the log only grew", async () => {
    await audit.open();
    await studios.entitle(`late-${crypto.randomUUID()}`);
    const size = await studios.published(34);
    await audit.page.click("#check-again");
    await audit.untilChecked("history: good");
    expect(await audit.page.textContent('[data-check="history"]')).toContain("It extends what you saw on");
    expect(await audit.page.textContent("#log-verdict")).toContain(`${size} entries`);
    expect((await audit.open()).title).toBe("The log is signed, and only grew");
    await audit.page.click("#log-more summary");
    const vkey = (await (await fetch(`${audit.server.url}/log/key`)).text()).trim();
    const key = Buffer.from(vkey.split("+").slice(2).join("+"), "base64").subarray(1);
    expect((await audit.page.textContent("#fingerprint"))?.replaceAll(" ", "")).toBe(sha256(key).toString("hex"));
  });

  it("looks for an entry that came after its last look, and says where a log ends", async () => {
    await audit.open("#/entry/0");
    await studios.entitle(`later-${crypto.randomUUID()}`);
    const size = await studios.published(35);
    await audit.goTo(`#/entry/${size - 1}`);
    await until("the new entry", 10, async () => (await untilVerdict(audit.page)).title === `Entry ${size - 1} is in the signed log`);
    await audit.goTo(`#/entry/${size + 7}`);
    await until("its absence", 10, async () => (await untilVerdict(audit.page)).title === `There is no entry ${size + 7} yet`);
    await audit.page.click("#entry-verdict .verdict-text a");
    await until("the last entry", 10, async () => (await untilVerdict(audit.page)).title === `Entry ${size - 1} is in the signed log`);
  });

  it("draws the path of a large log with its middle left out until asked, and proves entries of other kinds of logs", async () => {
    const log = new OwnLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), texts(5000));
    audit.serve(log);
    expect((await audit.open("#/entry/1234")).verdict).toBe("good");
    expect(await audit.page.textContent(".elision")).toBe("7 more steps, all computed");
    expect(await audit.page.locator(".box").count()).toBe(13);
    await audit.page.click("text=Draw all 13 steps");
    expect(await audit.page.locator(".box").count()).toBe(27);
    expect(await audit.page.textContent("#entry-verdict")).toContain("not one of LiveLedger’s");
    expect(await audit.page.textContent('[data-check="path"]')).toContain("13 hashes");
    await audit.open("?#/");
    expect((await untilListed(audit.page)).list).toBe("25 entries, each proven to be in the signed log");
  });

  it("reads a few tiles of a log of ten million, not more", async () => {
    const log = new UniformLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), Buffer.from("one like another"), 10_000_019);
    audit.serve(log);
    expect(await audit.open("#/entry/7654321")).toMatchObject({ verdict: "good", title: "Entry 7,654,321 is in the signed log" });
    expect(audit.proxy.asked.filter((path) => path.startsWith("/log/tile/")).length).toBeLessThanOrEqual(8);
    expect(await surveyOf(audit.page)).toEqual(faultless);
    expect((await audit.open("?#/newest/10000000")).verdict).toBe("good");
    expect((await untilListed(audit.page)).list).toBe("25 entries, each proven to be in the signed log");
  });

  it("shows what others wrote as text, however long and whatever it says", async () => {
    const nasty = `<img src=x onerror=alert(1)>\u202e${"wide".repeat(3000)}`;
    const entry = (type: string): Buffer => {
      const text = (value: string): Buffer => Buffer.concat([Buffer.of(Buffer.byteLength(value) >> 8, Buffer.byteLength(value)), Buffer.from(value)]);
      return Buffer.concat([Buffer.of(1), Buffer.alloc(16, 1), text(nasty), Buffer.alloc(8), text(type), Buffer.of(0, 1), Buffer.alloc(8), text(nasty), Buffer.alloc(32, 2)]);
    };
    const log = new OwnLog("own.example/log", new SigningKey(new Uint8Array(32).fill(31)), ["first", nasty, "third"].map(entry));
    audit.serve(log);
    await audit.open();
    await untilListed(audit.page);
    expect(await audit.page.locator("img").count()).toBe(0);
    expect(await surveyOf(audit.page)).toEqual(faultless);
    expect((await audit.open("?#/entry/1")).verdict).toBe("good");
    expect(await audit.page.textContent(".fields-list")).toContain(nasty);
    expect(await surveyOf(audit.page)).toEqual(faultless);
    expect(audit.complaints).toEqual([]);
  });

  it("says so where the browser lets it remember nothing", async () => {
    await audit.page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("forbidden");
      };
    });
    for (let visit = 0; visit < 2; visit++) {
      expect(await audit.open()).toMatchObject({ verdict: "good", title: "The log is signed, and new to this browser" });
      expect(await audit.page.textContent('[data-check="history"]')).toContain("this browser keeps nothing");
    }
    // A token is good for as long as the page is open.
    await giveToken(audit.page, studios.tokens.auditor);
    await audit.goTo("#/entry/2");
    await audit.untilChecked("payload: good");
  });

  it("takes no more bytes than a thing can have", async () => {
    audit.proxy.change = (path) => (path === "/log/checkpoint" ? Buffer.alloc(64 * 1024 + 1, "x") : undefined);
    expect(await audit.open()).toMatchObject({ verdict: "unknown" });
    expect(await audit.page.textContent("#log-verdict")).toContain("more bytes for checkpoint than it can have");
    audit.proxy.change = (path, body) => (path.startsWith("/log/tile/0/") ? Buffer.concat([body, Buffer.alloc(8193)]) : undefined);
    expect(await audit.open("?tile#/entry/1")).toMatchObject({ verdict: "unknown" });
  });

  it("says that it could not tell where the log does not answer, and tries again", async () => {
    let away = true;
    audit.proxy.change = (path) => (away && path.startsWith("/log/") ? { status: 503, body: "" } : undefined);
    expect(await audit.open()).toMatchObject({ verdict: "unknown", title: "Could not tell" });
    expect(await audit.page.textContent("#list-body")).toContain("Nothing can be listed until the log answers");
    away = false;
    await audit.page.click("text=Try again");
    await until("the good verdict", 10, async () => (await untilVerdict(audit.page)).verdict === "good");
    expect((await untilListed(audit.page)).listOutcome).toBe("good");
    away = true;
    expect(await audit.open("?again#/entry/3")).toMatchObject({ verdict: "unknown", title: "Could not tell about entry 3" });
    away = false;
    await audit.page.click("#entry-verdict >> text=Check again");
    await until("the entry", 10, async () => (await untilVerdict(audit.page)).title === "Entry 3 is in the signed log");
  });
});
