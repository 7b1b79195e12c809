import { type ChildProcess, spawn } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browser } from "./support/chromium.js";
import { LiveServer } from "./support/liveServer.js";
import { faultless, surveyOf } from "./support/pageSurvey.js";
import { Shop } from "./support/shop.js";
import { faintTexts, Studio } from "./support/studioPage.js";
import { sleep, until } from "./support/until.js";
import { untilPlaying, untilState } from "./support/watchPage.js";

let server: LiveServer;
let browser: Browser;
let publisher: ChildProcess | undefined;
let shop: Shop | undefined;
/** Where the pages are looked at by eye, if it is set. */
const pictures = process.env["LIVELEDGER_STUDIO_PICTURES"];

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start({ LIVELEDGER_PRIVATE_WEBHOOKS: "yes" }), Browser.open()]);
}, 120_000);
afterAll(async () => {
  publisher?.kill("SIGKILL");
  shop?.close();
  await browser?.close();
  await server?.stop();
});

describe("The Studio", () => {
  it("takes a broadcaster from signing in to a broadcast that is watched, revoked and ended", async () => {
    const studio = await Studio.open(server, browser, "night-owl");
    const { page } = studio;
    await studio.signIn();
    const id = await studio.create("The whole night", "10");
    expect(await studio.copied("the certify command")).toContain(`broadcast certify ${id} --server ${server.url} --token-file`);
    await studio.untilSaid("#announce", "Copied the certify command");

    const sent: string[] = [];
    page.on("request", (request) => request.method() === "PUT" && sent.push(request.url()));
    await studio.choose("identity", Buffer.from("liveledger-identity-seed:AAAA\n"));
    await studio.untilSaid("#life", "This is your identity key, not a certificate. It was not sent");
    expect(sent).toEqual([]);
    await studio.certify(id);
    expect(sent).toHaveLength(1);
    await page.click("#life-start");
    await studio.untilState("Live");

    // The key is seen only when it is asked for, and the command that is copied works as it is.
    const key = await studio.copied("the ingest key");
    expect(await page.content()).not.toContain(key);
    await page.click("#see-key");
    expect(await page.innerText("#ffmpeg pre")).toContain(key);
    await page.click("#see-key");
    expect((await studio.copied("the ffmpeg command")).includes(key)).toBe(true);
    publisher = spawn("bash", ["-c", `exec ${await studio.copied("the ffmpeg command")}`], { stdio: "ignore" });
    await until("segments of three tracks", 40, async () => (await page.locator("#status tbody tr").count()) === 3 && (await studio.figure("segments")) >= 6);

    await page.click("#new-offer");
    await page.fill("#offer-name", "Night ticket");
    await page.fill("#offer-amount", "9.99");
    await page.fill("#offer-currency", "EUR");
    await page.fill("#offer-max", "2");
    await page.click("#offer-save");
    await studio.untilSaid("#offers", /Night ticket v1\s+9\.99 EUR\s+2 at once/i);
    await page.fill("#viewer", "guest-1");
    await page.selectOption("#grant-offer", { label: "Night ticket" });
    await page.click("#grant");
    await studio.untilSaid("#viewers", /guest-1\s+Night ticket, version 1/);
    await page.click('[data-act="link"]');
    const link = await studio.copied("the watch link");
    await page.keyboard.press("Escape");
    expect(await page.content()).not.toContain(link);

    const viewer = await browser.page();
    await viewer.goto(link);
    await untilState(viewer, "live", 30);
    await untilPlaying(viewer);
    await studio.untilSaid("#playbacks", "guest-1");
    await until("one viewer", 10, async () => (await studio.figure("viewers")) === 1);

    await page.bringToFront();
    // The list counts seconds, so each look draws it anew: not while a button of it is held, which would go and hear of no click.
    const listed = () => page.innerText("#playbacks table");
    await page.hover('#playbacks [data-act="stop"]');
    await page.mouse.down();
    const counted = await listed();
    await sleep(5000);
    expect(await listed()).toBe(counted);
    // What stands above it may have grown meanwhile.
    await page.hover('#playbacks [data-act="stop"]');
    await page.mouse.up();
    await page.waitForSelector("#dialog-yes");
    await until("a list that counts on", 10, async () => (await listed()) !== counted);
    // The button that asked was drawn anew behind the question, and has the focus all the same.
    await page.keyboard.press("Escape");
    await until("the focus on it", 5, () => page.evaluate(() => (document.activeElement as HTMLElement).dataset["act"] === "stop"));
    await page.keyboard.press("Enter");
    await page.click("#dialog-yes");
    await studio.untilSaid("#viewers", "Revoked");
    // At the latest a key period and 2 s after it was revoked.
    await untilState(viewer, "refused", 12);
    await studio.untilSaid("#playbacks", "Nobody is watching", 10);

    await page.click("#life-end");
    await page.click("#dialog-yes");
    await studio.untilState("Ended");
    publisher.kill("SIGKILL");
    expect(await page.isVisible("#ingest")).toBe(false);
    await page.click("#life-takedown");
    await page.click("#dialog-yes");
    await studio.untilSaid("#dialog", "A takedown has a reason");
    await page.fill("#dialog-input", "rights withdrawn");
    await page.click("#dialog-yes");
    await studio.untilState("Taken down");
    await page.click("#life-restore");
    await studio.untilState("Ended");

    const held = await page.evaluate(() => document.documentElement.outerHTML + [...document.querySelectorAll("input")].map(({ value }) => value).join());
    expect([held, page.url(), server.log, studio.complaints.join()].some((text) => text.includes(studio.token))).toBe(false);
    // What Chromium says of the one answer that was a refusal is no fault of the page.
    expect(studio.complaints.filter((text) => !text.includes("status of 400"))).toEqual([]);
  }, 150_000);

  it("makes a broadcast private, or not, until it is started, and says so in words", async () => {
    const studio = await Studio.open(server, browser, "hider");
    const { page } = studio;
    await studio.signIn();
    await page.selectOption("#new-peers", { label: "Private: relays only" });
    const id = await studio.create("Behind closed doors");
    const peers = async (): Promise<string> => (await server.ask<{ peers: string }>("GET", `/v1/broadcasts/${id}`, studio.token)).peers;
    await studio.untilSaid("#peers", "None learns another’s address");
    expect(await peers()).toBe("relays");
    await page.click("text=Let viewers share");
    await studio.untilSaid("#peers", "Viewers may pass it on to one another");
    expect(await peers()).toBe("viewers");
    await page.click("text=Make it private");
    await studio.untilSaid("#peers", "Private: viewers take it from relays and the server alone");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("peers-change");
    await studio.certify(id);

    // Somebody starts it in another window just before.
    await page.route("**/peers", async (route) => {
      await server.ask("POST", `/v1/broadcasts/${id}/start`, studio.token);
      await route.continue();
    });
    await page.click("#peers-change");
    await studio.untilSaid("#swarm", "what its viewers may learn of one another is settled");
    await studio.untilState("Live");
    await studio.untilSaid("#swarm", "Settled when the broadcast was started");
    expect(await page.locator("#peers-change").count()).toBe(0);
    expect(await peers()).toBe("relays");
    expect(studio.complaints.filter((text) => !text.includes("status of 409"))).toEqual([]);
  });

  it("says what is wrong with a token, keeps none that is refused, and forgets it on signing out", async () => {
    const { page, token, ...studio } = await Studio.open(server, browser, "tokens");
    const told = async (text: string): Promise<void> => {
      await page.fill("#token-input", text);
      await page.click("#sign-in-button");
      await page.waitForSelector("#sign-in-problem:not([hidden])");
    };
    await told("not a token");
    expect(await page.innerText("#sign-in-problem")).toContain("This is no token");
    await told(`${token.slice(0, -6)}AAAAAA`);
    await until("the server's no", 5, async () => (await page.innerText("#sign-in-problem")).includes("does not take this token"));
    await told((await server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject: "inspector", role: "auditor", lifetimeSeconds: 3600 })).token);
    await until("the role", 5, async () => (await page.innerText("#sign-in-problem")).includes("needs one of a broadcaster"));
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("token-input");
    await page.fill("#token-input", token);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Your broadcasts" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Your broadcasts" }).waitFor();
    await page.click("#sign-out");
    expect(await page.isVisible("#sign-in")).toBe(true);
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(token.slice(-20));
    expect(studio.complaints.filter((text) => !text.includes("status of 401"))).toEqual([]);
  });

  it("shows what the server refuses of an offer at its field, and takes it once it is mended", async () => {
    const studio = await Studio.open(server, browser, "offers");
    const { page } = studio;
    await studio.signIn();
    await studio.create("With terms");
    await page.click("#new-offer");
    const refused = async (field: string, says: string): Promise<void> => {
      await page.click("#offer-save");
      await studio.untilSaid(".offer-form .form-problem", says);
      expect(await page.getAttribute(`#${field}`, "aria-invalid")).toBe("true");
      expect(await page.evaluate(() => document.activeElement?.id)).toBe(field);
    };
    await page.fill("#offer-sale-from", "2030-01-02T00:00:00");
    await page.fill("#offer-sale-until", "2030-01-01T00:00:00");
    await refused("offer-sale-until", "sale ends before it begins");
    await page.fill("#offer-sale-until", "2030-02-01T00:00:00");
    await page.fill("#offer-amount", "9.999");
    await page.fill("#offer-currency", "EUR");
    await refused("offer-amount", "a number like 9.99");
    await page.fill("#offer-amount", "9.9");
    await page.selectOption("#offer-where", "allowed");
    await refused("offer-regions", "regions is {allowed} or {blocked}");
    await page.fill("#offer-regions", "de, at");
    await page.fill("#offer-devices", "0");
    await refused("offer-devices", "devices is 1 to 1000");
    await page.fill("#offer-devices", "3");
    await page.fill("#offer-rental", "2");
    await page.selectOption("#offer-rental-unit", "86400");
    await page.fill("#offer-max", "2");
    await page.selectOption("#offer-mode", "drop-oldest");
    await page.fill("#offer-grace", "10");
    await page.selectOption("#offer-tier", "HD");
    await page.uncheck("#offer-vod");
    await page.click("#offer-save");
    await studio.untilSaid("#offers", "9.90 EUR");
    const id = page.url().slice(-32);
    const { items } = await server.ask<{ items: { terms: unknown }[] }>("GET", `/v1/broadcasts/${id}/offers`, studio.token);
    const terms = {
      price: { currency: "EUR", amount: 990 }, sale: { from: "2030-01-02T00:00:00+00:00", until: "2030-02-01T00:00:00+00:00" }, rentalSeconds: 172_800,
      live: true, dvr: true, vod: false, maxTier: "HD", regions: { allowed: ["DE", "AT"] }, playbacks: { max: 2, mode: "drop-oldest", graceSeconds: 10 }, devices: 3,
      peerSharing: "optional", replayProtection: false,
    };
    expect(items.map((offer) => offer.terms)).toMatchObject([terms]);

    // Opened again it says the same, and saved as it is it means the same.
    await page.click("text=Edit");
    await page.click("#offer-save");
    await studio.untilSaid("#offers", "v2");
    expect((await server.ask<{ items: { terms: unknown }[] }>("GET", `/v1/broadcasts/${id}/offers`, studio.token)).items.map((offer) => offer.terms)).toEqual(items.map((offer) => offer.terms));
    // It is not on sale yet: the shop's counter says so, and the viewer stays to be granted anew.
    await page.fill("#viewer", "early");
    await page.selectOption("#grant-offer", { index: 1 });
    await page.click("#grant");
    await studio.untilSaid("#viewers", "This offer is not on sale now");
    expect(await page.inputValue("#viewer")).toBe("early");
  });

  it("has a shop told, says what became of that, and has it told again", async () => {
    const studio = await Studio.open(server, browser, "shopkeeper");
    const { page } = studio;
    shop = await Shop.open();
    await studio.signIn();
    const id = await studio.create("With a shop");
    await studio.untilSaid("#webhooks", /No shop is told.* or of licences if you choose those/);
    expect(await page.inputValue("#webhook-types")).toBe("");
    await page.fill("#webhook-url", "ftp://shop.example/");
    await page.click("#webhook-add");
    await studio.untilSaid("#webhooks", "The address has to begin with https://");
    expect(await page.getAttribute("#webhook-url", "aria-invalid")).toBe("true");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("webhook-url");
    await page.fill("#webhook-url", shop.url);
    await page.selectOption("#webhook-types", "entitlements");
    await page.click("#webhook-add");
    await studio.untilSaid("#webhooks", "What becomes of entitlements");

    // An address may be a password as much as the secret is: both are copied, and neither is seen.
    shop.secret = await studio.copied("the webhook’s secret");
    expect(await studio.copied("the shop’s address")).toBe(shop.url);
    const content = await page.content();
    expect(content).not.toContain(shop.secret);
    expect(content).not.toContain("a-word-that-only-we-know");

    shop.status = 503;
    await page.click('#webhooks [data-act="deliveries"]');
    await studio.untilSaid("#webhooks", "Nothing yet");
    await page.fill("#viewer", "buyer");
    await page.click("#grant");
    await studio.untilSaid("#webhooks", /Waiting\s+answered 503; next try at/i, 30);
    shop.status = 200;
    await page.click('#webhooks [data-act="again"]');
    await studio.untilSaid("#webhooks", "Delivered", 30);
    expect(new Set(shop.told.map((told) => told.id)).size).toBe(1);
    expect(shop.told.every(({ type, signed }) => type === "entitlement.granted" && signed)).toBe(true);

    await page.click('#webhooks [data-act="remove"]');
    await page.click("#dialog-yes");
    await studio.untilSaid("#webhooks", "No shop is told");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("webhooks-title");
    expect(await server.ask<{ items: unknown[] }>("GET", `/v1/broadcasts/${id}/webhooks`, studio.token)).toEqual({ items: [] });
    expect(studio.complaints.filter((text) => !text.includes("400"))).toEqual([]);
  });

  // More waits for a shop than a test would have sent: what the server counts then is added to its answer on the way.
  it("says what a shop was never sent, beside what it was sent and where that is nothing", async () => {
    const studio = await Studio.open(server, browser, "full-shop");
    const { page } = studio;
    const left = [
      { type: "licence.granted", messages: 12_345, firstAt: "2026-11-21T20:15:30.5Z", lastAt: "2026-11-22T01:02:03.25Z" },
      { type: "entitlement.granted", messages: 1, firstAt: "2026-11-22T01:00:00Z", lastAt: "2026-11-22T01:00:00Z" },
    ];
    const counted: unknown[] = [];
    await page.route("**/deliveries", async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as { leftOut: unknown[] };
      counted.push(answer.leftOut);
      await route.fulfill({ response, json: { ...answer, leftOut: left } });
    });
    await studio.signIn();
    const id = await studio.create("With a shop that hangs");
    await server.ask("POST", `/v1/broadcasts/${id}/webhooks`, studio.token, { url: "http://shop.invalid/hook" });
    await page.reload();
    await page.click('#webhooks [data-act="deliveries"]');
    await studio.untilSaid("#webhooks", "Nothing yet");
    const said = page.locator("#webhooks .hook .failure");
    const expected = [
      "12,345 messages of licence.granted never sent, from 21 Nov 2026, 20:15 UTC to 22 Nov 2026, 01:02 UTC: too many waited for the shop. The log has them.",
      "1 message of entitlement.granted never sent, from 22 Nov 2026, 01:00 UTC to 22 Nov 2026, 01:00 UTC: too many waited for the shop. The log has them.",
    ];
    expect(await said.allInnerTexts()).toEqual(expected);
    await server.ask("POST", `/v1/broadcasts/${id}/entitlements`, studio.token, { viewer: "buyer" });
    await page.locator("#webhooks tbody tr").waitFor({ timeout: 15_000 });
    expect((await said.allInnerTexts()).slice(0, 2)).toEqual(expected);
    expect(counted.every((leftOut) => Array.isArray(leftOut) && leftOut.length === 0)).toBe(true);
  });

  it("turns pages of viewers, and says what an address names that is not there", async () => {
    const studio = await Studio.open(server, browser, "pages");
    const { page } = studio;
    await studio.signIn();
    const id = await studio.create("Many viewers");
    for (let k = 0; k < 23; k++) await server.ask("POST", `/v1/broadcasts/${id}/entitlements`, studio.token, { viewer: `guest-${k}` });
    await page.reload();
    await until("a page", 10, async () => (await page.locator("#viewers tbody tr").count()) === 20);
    // What the shop does elsewhere shows by itself.
    const { items } = await server.ask<{ items: { id: string }[] }>("GET", `/v1/broadcasts/${id}/entitlements?limit=1`, studio.token);
    await server.ask("DELETE", `/v1/broadcasts/${id}/entitlements/${items[0]?.id}`, studio.token);
    await studio.untilSaid("#viewers", "Revoked");
    await page.click("#viewers >> text=Next page");
    await until("the rest", 10, async () => (await page.locator("#viewers tbody tr").count()) === 3);
    await page.click("#viewers >> text=Back");
    await until("a page", 10, async () => (await page.locator("#viewers tbody tr").count()) === 20);
    await page.goto(`${server.url}/studio#/broadcast/${"0".repeat(32)}`);
    await studio.untilSaid("#view", "There is no such broadcast, or it is another account’s");
  });

  it("asks anew, and acts on the answer, where a question is closed and asked again at once", async () => {
    const studio = await Studio.open(server, browser, "hasty");
    const { page } = studio;
    await studio.signIn();
    const id = await studio.create("In a hurry");
    await server.ask("POST", `/v1/broadcasts/${id}/entitlements`, studio.token, { viewer: "guest" });
    await page.reload();
    await page.click('#viewers [data-act="revoke"]');
    // The browser tells of the close when the second is open.
    await page.evaluate(() => new Promise<void>((told) => {
      const dialog = document.querySelector("#dialog") as HTMLDialogElement;
      dialog.addEventListener("close", () => told(), { once: true });
      dialog.close();
      document.querySelector<HTMLElement>('#viewers [data-act="revoke"]')?.click();
    }));
    await page.click("#dialog-yes", { timeout: 5_000 });
    await studio.untilSaid("#viewers", "Revoked");
    expect(await page.locator("#dialog-body > *").count()).toBe(0);
  });

  it("is worked with the keyboard alone, and leaves the focus where one is", async () => {
    const studio = await Studio.open(server, browser, "keyboard");
    const { page } = studio;
    const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName || "");
    const tabTo = async (id: string): Promise<void> => {
      for (let i = 0; i < 40 && (await focused()) !== id; i++) await page.keyboard.press("Tab");
      expect(await focused()).toBe(id);
    };
    expect(await focused()).toBe("token-input");
    await page.keyboard.insertText(studio.token);
    await page.keyboard.press("Enter");
    await until("the heading", 10, async () => (await focused()) === "H1");
    await tabTo("new-title");
    await page.keyboard.type("By hand");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "By hand" }).waitFor();
    await tabTo("new-offer");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("offer-name");
    await page.keyboard.type("Typed");
    await page.keyboard.press("Enter");
    await until("the offer, with the focus on its list", 10, async () => (await focused()) === "offers-title");
    await tabTo("viewer");
    await page.keyboard.type("guest");
    await page.keyboard.press("Enter");
    await studio.untilSaid("#viewers", "Active");
    expect(await focused()).toBe("viewer");
    for (let i = 0; i < 12 && (await page.evaluate(() => (document.activeElement as HTMLElement).dataset["act"])) !== "revoke"; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("dialog-no");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["act"])).toBe("revoke");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await studio.untilSaid("#viewers", "Revoked");
    await until("the focus on the list", 10, async () => (await focused()) === "viewers-title");
    expect(studio.complaints).toEqual([]);
  });

  it("is read and touched at the width of a phone and of a desk, in light and in dark", async () => {
    const studio = await Studio.open(server, browser, "eye");
    const { page } = studio;
    const look = async (name: string): Promise<void> => {
      for (const [width, colorScheme] of [[360, "light"], [360, "dark"], [1280, "light"], [1280, "dark"]] as const) {
        await page.setViewportSize({ width, height: 800 });
        await page.emulateMedia({ colorScheme });
        expect(await surveyOf(page)).toEqual(faultless);
        expect(await faintTexts(page)).toEqual([]);
        if (pictures) await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
      const unnamed = await page.evaluate(() => [...document.querySelectorAll("select")].filter((s) => !s.labels.length && !s.getAttribute("aria-label")).map((s) => s.id));
      expect(unnamed).toEqual([]);
    };
    await look("sign-in");
    await studio.signIn();
    await look("list-empty");
    const id = await studio.create(`A title as long as nobody would write it ${"unbroken".repeat(9)}`, "60");
    await studio.untilSaid("#viewers", "Nobody yet");
    await look("new");
    await studio.certify(id);
    await page.click("#life-start");
    await studio.untilState("Live");
    await page.click("#obs summary");
    await server.ask("POST", `/v1/broadcasts/${id}/offers`, studio.token, { name: "Night", price: { currency: "EUR", amount: 999 }, devices: 2, regions: { allowed: ["DE", "AT"] } });
    await server.ask("POST", `/v1/broadcasts/${id}/webhooks`, studio.token, { url: `http://${"unbroken".repeat(7)}.invalid/hook` });
    await server.ask("POST", `/v1/broadcasts/${id}/entitlements`, studio.token, { viewer: `guest-${"w".repeat(80)}` });
    await fetch(`${server.url}/ingest/${id}/v/init.mp4`, { method: "POST", body: "x", headers: { Authorization: "Bearer wrong" } });
    await page.reload();
    await studio.untilSaid("#refusal", "The publisher sent another key");
    await studio.untilSaid("#offers", "Night");
    await studio.untilSaid("#viewers", "Active");
    await page.click("#new-key");
    await look("dialog");
    await page.click("#dialog-yes");
    await page.waitForSelector("#obs");
    await page.click("#obs summary");
    await page.click("#new-offer");
    await page.click('#webhooks [data-act="deliveries"]');
    await studio.untilSaid("#webhooks", "its name is not found; next try at", 30);
    await look("live");
    await page.goto(`${server.url}/studio#/`);
    await studio.untilSaid("#broadcasts", "Live");
    await look("list");
  });

  it("runs under a policy that lets in no script, style or markup but its own", async () => {
    const { headers } = await fetch(`${server.url}/studio`);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  });
});
