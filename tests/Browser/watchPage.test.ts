import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Browser } from "./support/chromium.js";
import { ClearBroadcast } from "./support/clearBroadcast.js";
import { ClearOrigin } from "./support/clearOrigin.js";
import { SigningKey } from "./support/cose.js";
import { sleep, until } from "./support/until.js";
import { coverText, decodedBy, statsOf, untilPlaying, untilState } from "./support/watchPage.js";

const broadcast = new ClearBroadcast(60);
let origin: ClearOrigin;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.open();
});
beforeEach(async () => {
  origin = await ClearOrigin.start(broadcast);
  page = await browser.page();
});
afterEach(async () => {
  await page.close();
  await origin.stop();
});
afterAll(() => browser.close());

function tokenThatEnds(at: number): string {
  return `e30.${Buffer.from(JSON.stringify({ exp: Math.floor(at / 1000) })).toString("base64url")}.e30`;
}

describe("The Watch page", () => {
  it("waits for the broadcast to start, then plays it live with sound", async () => {
    origin.state = "absent";
    await page.goto(origin.watchUrl());
    await untilState(page, "waiting");
    expect(await coverText(page)).toContain("has not started yet");
    origin.restartClock();
    origin.state = "live";
    await untilState(page, "live");
    await untilPlaying(page);
    const { verified, appended, failures, latency } = await statsOf(page);
    expect(failures).toEqual([]);
    expect(verified).toBeGreaterThanOrEqual(appended.length);
    expect(latency).toBeGreaterThan(0);
  });

  it("plays a broadcast that is over from its start to its end", async () => {
    origin.state = "ended";
    await page.goto(origin.watchUrl());
    await untilState(page, "recording");
    await untilPlaying(page);
    expect((await decodedBy(page)).time).toBeLessThan(10);
    await page.evaluate(() => void ((document.querySelector("video") as HTMLVideoElement).currentTime = 57));
    await until("the end", 20, async () => (await decodedBy(page)).ended);
    expect((await statsOf(page)).state).toBe("recording");
  });

  it("says that a broadcast is private, and leaves nothing to choose, though it was not yet when the page began to wait", async () => {
    const told = [{ peerSharing: "optional", peers: "viewers" }, { peerSharing: "forbidden", peers: "relays" }];
    await page.route("**/v1/ticket", (route) => route.fulfill({ json: told.length > 1 ? told.shift() : told[0] }));
    origin.state = "absent";
    await page.goto(origin.watchUrl());
    await untilState(page, "waiting");
    expect(await page.textContent("#sharing-note")).toContain("Uses your upload");
    expect(await page.locator("#relays-only").isEnabled()).toBe(true);
    origin.restartClock();
    origin.state = "live";
    await untilState(page, "live");
    expect(await page.textContent("#sharing-note")).toMatch(/^This broadcast is private\. Turned on, parts come from relays alone/);
    expect(await page.locator("#relays-only").isChecked()).toBe(true);
    expect(await page.locator("#relays-only").isDisabled()).toBe(true);
    // It is the broadcast's, and not kept as this viewer's word for others.
    expect(await page.evaluate(() => localStorage.getItem("liveledger.private"))).toBeNull();
  });

  it("keeps the token out of the address and away from the server, and survives a reload", async () => {
    const token = tokenThatEnds(Date.now() + 3600_000);
    await page.goto(origin.watchUrl({ identity: broadcast.identity.text, token }));
    await untilState(page, "live");
    expect(page.url()).not.toContain("token");
    expect(page.url()).toContain(`#identity=${broadcast.identity.text}`);
    await page.reload();
    await untilState(page, "live");
    expect(origin.asked.join(" ")).not.toContain(token);
  });

  it("says that a link has no ticket", async () => {
    await page.goto(`${origin.url}/watch/${broadcast.id}`);
    await untilState(page, "no-token");
    expect(await coverText(page)).toContain("no ticket");
    // A server without a chain sells none either, and the page says nothing of it.
    await until("the question", 5, () => origin.asked.some((path) => path.endsWith("/sales")));
    await sleep(300);
    expect(await page.locator("#tickets").isVisible()).toBe(false);
  });

  it("says that a ticket has run out, without asking for the media", async () => {
    await page.goto(origin.watchUrl({ token: tokenThatEnds(Date.now() - 1000) }));
    await untilState(page, "token-expired");
    expect(origin.asked.filter((path) => path.startsWith("/live/"))).toEqual([]);
  });

  it("comes back by itself after the server was away", async () => {
    await page.goto(origin.watchUrl());
    await untilState(page, "live");
    await untilPlaying(page);
    const before = (await decodedBy(page)).time;
    origin.state = "absent";
    await sleep(6000);
    origin.state = "live";
    await until("playing again", 40, async () => (await statsOf(page)).playing && (await decodedBy(page)).time > before + 8);
  });

  it("offers a play button where the browser forbids playing by itself", async () => {
    const strict = await Browser.open({ autoplay: false });
    try {
      const tab = await strict.page();
      await tab.goto(origin.watchUrl());
      // Not looked at before it has tried: Playwright's evaluate counts as a user's gesture.
      await until("segments", 15, () => origin.asked.filter((path) => path.endsWith(".m4s")).length >= 4);
      await sleep(2000);
      const offered = await until("an offer", 10, () => tab.evaluate(() => {
        const shown = (id: string) => !(document.getElementById(id) as HTMLElement).hidden;
        return shown("big-play") ? "big-play" : shown("unmute") ? "unmute" : "";
      }));
      await tab.click(`#${offered}`);
      await untilPlaying(tab);
      expect((await decodedBy(tab)).muted && offered === "unmute").toBe(false);
    } finally {
      await strict.close();
    }
  });

  it("has no such broadcast for a malformed name, and no pin for a malformed identity", async () => {
    await page.goto(`${origin.url}/watch/nonsense#token=e30.e30.e30`);
    await untilState(page, "no-such-broadcast");
    await page.goto("about:blank");
    await page.goto(`${origin.url}/watch/${broadcast.id}#token=e30.e30.e30&identity=short`);
    await untilState(page, "identity-unreadable");
  });
});

describe("The identity behind a broadcast", () => {
  it("is trusted on first use where the link names none, and remembered", async () => {
    await page.goto(origin.watchUrl({ identity: undefined }));
    expect((await untilState(page, "live")).trust).toBe("first-use");
    await page.reload();
    expect((await untilState(page, "live")).trust).toBe("remembered");
  });

  it("may not change between two visits", async () => {
    await page.goto(origin.watchUrl({ identity: undefined }));
    await untilState(page, "live");
    const other = new SigningKey(new Uint8Array(32).fill(99));
    const now = Math.floor(Date.now() / 1000);
    const term = { notBefore: now - 60, notAfter: now + 60 };
    origin.replaced.set("signer", other.certify(Buffer.from(broadcast.id, "hex"), broadcast.session.publicKey, term));
    await page.reload();
    const { failures, appended } = await untilState(page, "verification-failed");
    expect(failures.map(({ code }) => code)).toEqual(["identity-mismatch"]);
    expect(appended).toEqual([]);
  });
});

describe("With the keyboard alone", () => {
  it("everything works: keys, focus order, menu, help", async () => {
    await page.goto(origin.watchUrl());
    await untilState(page, "live");
    await untilPlaying(page);

    await page.keyboard.press("k");
    expect((await decodedBy(page)).paused).toBe(true);
    await page.keyboard.press(" ");
    await until("playing", 5, async () => !(await decodedBy(page)).paused);
    await page.keyboard.press("m");
    expect((await decodedBy(page)).muted).toBe(true);
    await page.keyboard.press("m");
    const before = (await decodedBy(page)).time;
    await page.keyboard.press("ArrowLeft");
    expect((await decodedBy(page)).time).toBeLessThan(before - 3);
    await page.keyboard.press("l");
    await until("the live edge", 5, async () => (await decodedBy(page)).time > before - 2);
    await page.keyboard.press("f");
    await until("full screen", 5, () => page.evaluate(() => document.fullscreenElement !== null));
    await page.keyboard.press("f");
    await until("no full screen", 5, () => page.evaluate(() => document.fullscreenElement === null));

    const order: string[] = [];
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      order.push(await page.evaluate(() => document.activeElement?.id ?? ""));
    }
    expect(order.slice(0, 9)).toEqual(["seek", "play", "mute", "volume", "edge", "badge", "quality", "help", "full"]);

    await page.focus("#quality");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("quality");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.querySelector("[aria-checked=true]")?.textContent)).toContain("360p");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => (document.getElementById("quality-menu") as HTMLElement).hidden)).toBe(true);

    await page.keyboard.press("v");
    expect(await page.evaluate(() => (document.getElementById("proof") as HTMLElement).hidden)).toBe(false);
    await page.keyboard.press("?");
    expect(await page.evaluate(() => (document.getElementById("help-dialog") as HTMLDialogElement).open)).toBe(true);
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => (document.getElementById("help-dialog") as HTMLDialogElement).open)).toBe(false);
  });

  it("every control has a name, a visible focus and, on a phone, room for a finger", async () => {
    const phone = await Browser.open({ width: 360, height: 740, touch: true });
    try {
      const tab = await phone.page();
      await tab.goto(origin.watchUrl());
      await untilState(tab, "live");
      await tab.keyboard.press("v");
      const found = await tab.evaluate(() => {
        const shown = [...document.querySelectorAll<HTMLElement>("button, input")].filter((control) => control.checkVisibility());
        const label = (control: HTMLElement) => (control as HTMLInputElement).labels?.[0];
        return {
          overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
          unnamed: shown.filter((control) => !(control.getAttribute("aria-label") ?? label(control)?.textContent ?? control.textContent ?? "").trim()).map((c) => c.id),
          small: shown.filter((c) => (c.tagName === "BUTTON" || label(c)) && c.id !== "copy" && (label(c) ?? c).getBoundingClientRect().height < 40).map((c) => c.id),
          outside: shown.filter((c) => c.getBoundingClientRect().right > innerWidth + 1).map((c) => c.id),
        };
      });
      expect(found).toEqual({ overflow: 0, unnamed: [], small: [], outside: [] });
      for (const id of ["play", "badge", "full"]) {
        await tab.focus(`#${id}`);
        await tab.keyboard.press("Shift");
      }
      await tab.keyboard.press("Tab");
      expect(await tab.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle)).toBe("solid");
    } finally {
      await phone.close();
    }
  });
});
