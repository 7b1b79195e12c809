import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { giveToken, openAudit, sayingOf, untilListed, untilVerdict } from "./support/auditPage.js";
import { Browser } from "./support/chromium.js";
import { SigningKey } from "./support/cose.js";
import { LiveBroadcast, LiveServer } from "./support/liveServer.js";
import { OwnLog, vkeyOf } from "./support/ownLog.js";
import { type Change, Proxy } from "./support/proxy.js";
import { until } from "./support/until.js";

// The real server's page over the real server's log, changed on the way by a proxy; and over a log of the test's own, whose
// key the test has. Each test has an origin of its own, so the browser remembers nothing of another's.
let server: LiveServer;
let browser: Browser;
let proxy: Proxy;
let page: Page;
let auditor: string;
let size: number;
/** Of two entries. */
let stream: string;
/** A stream of three. */
let broadcast: string;
const opened = 17;

beforeAll(async () => {
  [server, browser] = await Promise.all([LiveServer.start(), Browser.open()]);
  const admit = (role: string) => server.ask<{ token: string }>("POST", "/v1/tokens", server.operatorToken, { subject: `tampering-${role}`, role, lifetimeSeconds: 3600 });
  auditor = (await admit("auditor")).token;
  const { token } = await admit("broadcaster");
  for (let i = 0; i < 6; i++) {
    const { id } = await server.ask<{ id: string }>("POST", "/v1/broadcasts", token, { title: `Night ${i}`, scheme: "cbcs" });
    const granted = await Promise.all(Array.from({ length: 50 }, (_, k) => server.ask<{ id: string }>("POST", `/v1/broadcasts/${id}/entitlements`, token, { viewer: `guest-${k}` })));
    stream = `entitlement/${granted[0]?.id}`;
    await server.ask("DELETE", `/v1/broadcasts/${id}/entitlements/${granted[0]?.id}`, token);
  }
  broadcast = `broadcast/${(await LiveBroadcast.create(server, "cbcs", "Night of three entries")).id}`;
  // Past 256, so that a path leads over tiles of two levels.
  size = await until("all of it published", 10, async () => {
    const status = await server.ask<{ size: number; pending: number }>("GET", "/v1/ledger/status", auditor);
    return status.pending === 0 && status.size === 6 * 52 + 3 ? status.size : undefined;
  });
}, 180_000);
beforeEach(async () => {
  proxy = await Proxy.start(server.url);
  page = await browser.page();
});
afterEach(async () => {
  await page.close();
  await proxy.stop();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

interface Answer {
  items: { index: number; entry: string }[];
  next: number | null;
  upTo: number;
}

/** Changes what a search is answered with. */
function answering(change: (answer: Answer, asked: URLSearchParams) => object): Change {
  return (path, body) => {
    const { pathname, searchParams } = new URL(path, proxy.url);
    return pathname === "/v1/ledger/entries" ? Buffer.from(JSON.stringify(change(JSON.parse(body.toString()) as Answer, searchParams))) : undefined;
  };
}

/** What the server itself answers. */
function found(filters: Record<string, string>): Promise<Answer> {
  return server.ask<Answer>("GET", `/v1/ledger/entries?${new URLSearchParams(filters)}`, auditor);
}

/** Searches as a person does who has given a token, and waits until every row was checked. */
async function search(filters: Record<string, string>): Promise<Awaited<ReturnType<typeof untilListed>>> {
  if (!page.url().startsWith(proxy.url)) {
    await openAudit(page, proxy.url);
    await giveToken(page, auditor);
  }
  const asked = proxy.asked.length;
  const address = `#/search?${new URLSearchParams(filters)}`;
  await page.evaluate((to) => {
    if (location.hash === to) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = to;
  }, address);
  return until("the answer, checked", 15, async () => {
    const saying = await sayingOf(page);
    const listed = saying.listOutcome !== "" || (saying.list === "" && (await page.locator("#list-body .empty").count()) > 0);
    return listed && proxy.asked.slice(asked).some((path) => path.startsWith("/v1/ledger/entries?")) ? saying : undefined;
  });
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x01;
  return copy;
}

/** Where an entry of a bundle begins, after its length. */
function entryAt(bundle: Buffer, index: number): { start: number; end: number } {
  let start = 2;
  for (let i = 0; i < index; i++) start += 2 + bundle.readUInt16BE(start - 2);
  return { start, end: start + bundle.readUInt16BE(start - 2) };
}

/** Expects entry 17 to be called false, for this reason, by this check, and nothing of what came after it to be called good. */
async function expectFalse(change: Change, check: string, code: string): Promise<void> {
  proxy.change = change;
  const saying = await openAudit(page, proxy.url, `#/entry/${opened}`);
  expect(saying).toMatchObject({ verdict: "false", code });
  expect(saying.checks.filter((line) => line.includes("false"))).toEqual([`${check}: false ${code}`]);
  const order = ["key", "signature", "witnesses", "history", "entry", "path", "payload"];
  expect(saying.checks.filter((line) => line.endsWith("good")).every((line) => order.indexOf(line.split(":")[0] ?? "") < order.indexOf(check))).toBe(true);
}

describe("Changed on the way, an entry is called false, and which check failed", () => {
  const bundle = "/log/tile/entries/000";
  const leaves = "/log/tile/0/000";

  it("where the entry was altered", () =>
    expectFalse((path, body) => (path === bundle ? flipped(body, entryAt(body, opened).end - 1) : undefined), "entry", "entry-altered"));

  it("where another entry stands in its place", () =>
    expectFalse((path, body) => {
      if (path !== bundle) return undefined;
      const [a, b] = [entryAt(body, opened), entryAt(body, opened + 1)];
      return Buffer.concat([body.subarray(0, a.start - 2), body.subarray(b.start - 2, b.end), body.subarray(a.start - 2, a.end), body.subarray(b.end)]);
    }, "entry", "entry-altered"));

  it("where the bundle is cut short", () => expectFalse((path, body) => (path === bundle ? body.subarray(0, -1) : undefined), "entry", "bundle-malformed"));

  it("where a neighbour's hash was altered", () => expectFalse((path, body) => (path === leaves ? flipped(body, 32 * (opened - 1)) : undefined), "path", "tree-altered"));

  it("where a hash far away was altered", () => expectFalse((path, body) => (path === leaves ? flipped(body, 32 * 255 + 31) : undefined), "path", "tree-altered"));

  it("where a hash of the unfinished edge was altered", () =>
    expectFalse((path, body) => (path === `/log/tile/0/001.p/${size - 256}` ? flipped(body, 0) : undefined), "path", "tree-altered"));

  it("where a tile is too short", () => expectFalse((path, body) => (path === leaves ? body.subarray(32) : undefined), "path", "tree-altered"));

  it("where the entry and its hash were altered together", () =>
    expectFalse((path, body) => (path === bundle ? flipped(body, entryAt(body, opened).end - 1) : path === leaves ? flipped(body, 32 * opened) : undefined), "path", "tree-altered"));

  it("where the checkpoint's signature was altered", () =>
    expectFalse((path, body) => (path === "/log/checkpoint" ? Buffer.from(body.toString().replace(/.(?==*\n$)/, (c) => (c === "A" ? "E" : "A"))) : undefined), "signature", "bad-signature"));

  it("where the checkpoint's size was altered", () =>
    expectFalse((path, body) => (path === "/log/checkpoint" ? Buffer.from(body.toString().replace(`\n${size}\n`, `\n${size + 1}\n`)) : undefined), "signature", "bad-signature"));

  it("where the checkpoint is signed by another key", () => {
    const origin = "x.example";
    return expectFalse((path) => (path === "/log/checkpoint" ? new OwnLog(origin, new SigningKey(new Uint8Array(32).fill(5)), [Buffer.from("x")]).checkpoint : undefined), "signature", "not-signed");
  });

  it("where the key was replaced by no key", () => expectFalse((path) => (path === "/log/key" ? Buffer.from("key\n") : undefined), "key", "key-unreadable"));

  it("where the payload was altered", async () => {
    proxy.change = (path, body) => {
      if (!path.startsWith("/v1/ledger/entries")) return undefined;
      const answer = JSON.parse(body.toString()) as { items: { payload: string }[] };
      for (const item of answer.items) item.payload = flipped(Buffer.from(item.payload, "base64"), 9).toString("base64");
      return Buffer.from(JSON.stringify(answer));
    };
    await openAudit(page, proxy.url);
    await giveToken(page, auditor);
    await page.evaluate((to) => void (location.hash = `#/entry/${to}`), opened);
    const saying = await until("the verdict on the payload", 10, async () => {
      const now = await untilVerdict(page);
      return now.verdict === "false" ? now : undefined;
    });
    expect(saying.code).toBe("payload-altered");
    expect(await page.locator("#payload").count()).toBe(0);
  });

  it("and checks again from the network, once the way is clean", async () => {
    proxy.change = (path, body) => (path === leaves ? flipped(body, 0) : undefined);
    expect(await openAudit(page, proxy.url, "#/entry/1")).toMatchObject({ verdict: "false", code: "tree-altered" });
    proxy.change = () => undefined;
    await page.click("#entry-verdict >> text=Check again");
    await until("the good verdict", 10, async () => (await untilVerdict(page)).verdict === "good");
  });
});

describe("In a list", () => {
  it("an altered row is told from the others", async () => {
    proxy.change = (path, body) => {
      if (!path.startsWith("/v1/ledger/entries")) return undefined;
      const answer = JSON.parse(body.toString()) as { items: { entry: string }[] };
      const [row] = answer.items;
      if (row) row.entry = flipped(Buffer.from(row.entry, "base64"), 3).toString("base64");
      return Buffer.from(JSON.stringify(answer));
    };
    await openAudit(page, proxy.url);
    await giveToken(page, auditor);
    await page.evaluate(() => void (location.hash = "#/search?type=broadcast-created"));
    const saying = await until("the list's verdict", 10, async () => {
      const now = await untilListed(page);
      return now.listOutcome === "false" ? now : undefined;
    });
    expect(saying.list).toBe("1 row is not what was signed");
    expect(await page.locator(".row-mark").evaluateAll((marks) => marks.map((mark) => (mark as HTMLElement).dataset["code"] ?? (mark as HTMLElement).dataset["outcome"]))).toEqual(["entry-altered", ...Array<string>(6).fill("good")]);
  });

  it("a row that is in the signed log, and is not what was searched for, is told from the others", async () => {
    const other = await found({ type: "entitlement-revoked", from: String(opened) });
    proxy.change = answering((answer) => ({ ...answer, items: [answer.items[0], other.items.findLast(({ index }) => index !== answer.items[1]?.index)] }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "1 row is not what was searched for" });
    expect(await page.locator(".row-mark").evaluateAll((marks) => marks.map((mark) => (mark as HTMLElement).dataset["code"] ?? (mark as HTMLElement).dataset["outcome"]))).toEqual(["good", "not-searched-for"]);
    expect(await page.textContent("#list-why")).toContain("Check that failed: not-searched-for");
    // The same two rows answer a search that both of them fit.
    proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(0, 2) }));
    expect(await search({ type: "entitlement-revoked" })).toMatchObject({ listOutcome: "good" });
    expect(await page.locator("#list-why").isVisible()).toBe(false);
  });

  it("a row that stands there twice, before where the search begins, or recorded at another time is none of the found", async () => {
    proxy.change = answering((answer) => ({ ...answer, items: answer.items.flatMap((item) => [item, item]) }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "2 rows are not what was searched for" });
    const { items } = await found({ stream });
    proxy.change = answering((answer) => ({ ...answer, items }));
    expect(await search({ stream, from: String((items[0]?.index ?? 0) + 1) })).toMatchObject({ listOutcome: "false", list: "1 row is not what was searched for" });
    expect(await search({ stream, until: "2020-01-01T00:00:00Z" })).toMatchObject({ listOutcome: "false", list: "2 rows are not what was searched for" });
  });
});

describe("Of a stream, a version that the server leaves out is missed", () => {
  it("where it is the last, or the first", async () => {
    expect(await search({ stream })).toMatchObject({ listOutcome: "good", list: "2 entries, each proven to be in the signed log; versions 0 to 1 of the stream, without a gap" });
    proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(0, -1) }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "Version 1 of the stream was left out of this answer" });
    expect(await page.textContent("#list-why")).toContain("Check that failed: version-left-out");
    proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(1) }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "Version 0 of the stream was left out of this answer" });
  });

  it("where nothing is left", async () => {
    proxy.change = answering((answer) => ({ ...answer, items: [] }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "Version 0 of the stream was left out of this answer" });
    expect(await page.textContent("#list-body")).toContain("The server answered with no entry");
    // A stream that there is not is nothing left out.
    expect(await search({ stream: "entitlement/none" })).toMatchObject({ listOutcome: "", list: "" });
    expect(await page.textContent("#list-body")).toContain("No entry matches");
  });

  it("where it is the first of a later page", async () => {
    const { items } = await found({ stream: broadcast });
    expect(items.length).toBe(3);
    const second = { stream: broadcast, from: String((items[0]?.index ?? 0) + 1) };
    const pageOfOne = answering((answer, asked) => (asked.has("from") ? answer : { ...answer, items: answer.items.slice(0, 1), next: (answer.items[0]?.index ?? 0) + 1 }));
    proxy.change = pageOfOne;
    expect(await search({ stream: broadcast })).toMatchObject({ listOutcome: "good", list: "1 entry, proven to be in the signed log; version 0 of the stream" });
    await page.click("text=Next page ›");
    await until("the second page", 10, async () => (await untilListed(page)).list === "2 entries, each proven to be in the signed log; with the pages before, versions 0 to 2 of the stream, without a gap");
    proxy.change = answering((answer) => ({ ...answer, items: answer.items.filter(({ index }) => index !== items[1]?.index) }));
    expect(await search(second)).toMatchObject({ listOutcome: "false", list: "Version 1 of the stream was left out of this answer" });
    // Who opens the second page first does not know what came before, and no more is said than was seen.
    await page.reload();
    await until("the page on its own", 10, async () => (await untilListed(page)).list === "1 entry, proven to be in the signed log; version 2 of the stream");
  });

  it("or it is said that this could not be told", async () => {
    proxy.change = (path) => (path.startsWith("/v1/ledger/streams/") ? { status: 404, body: JSON.stringify({ code: "stream-unknown" }) } : undefined);
    expect(await search({ stream })).toMatchObject({ listOutcome: "unknown" });
    proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(0, 1), upTo: (answer.items[0]?.index ?? 0) + 1 }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "unknown" });
  });
});

/** Entries that are nobody's: a log's entries may be anything. */
function texts(count: number, changed?: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => Buffer.from(i === changed ? "changed" : `entry ${i}`));
}

describe("What this browser has seen of a log", () => {
  const origin = "own.example/log";
  const key = new SigningKey(new Uint8Array(32).fill(31));

  async function see(log: OwnLog): Promise<Awaited<ReturnType<typeof untilVerdict>>> {
    proxy.change = (path) => log.answer(path);
    return openAudit(page, proxy.url, `?${log.size}`);
  }

  it("is extended by an honest log, and it says from when", async () => {
    expect((await see(new OwnLog(origin, key, texts(300)))).checks).toEqual(["key: none", "signature: good", "witnesses: none", "history: none"]);
    const saying = await see(new OwnLog(origin, key, texts(5000)));
    expect(saying.checks).toEqual(["key: good", "signature: good", "witnesses: none", "history: good"]);
    expect(await page.textContent('[data-check="history"]')).toMatch(/It extends what you saw on .* UTC.*first 300 entries are the same, and 4,700 are new/);
  });

  it.each([300, 256])("of %i entries is not what a rewritten log begins with", async (seen) => {
    await see(new OwnLog(origin, key, texts(seen)));
    const rewritten = new OwnLog(origin, key, texts(5000, 7));
    expect(await see(rewritten)).toMatchObject({ verdict: "false", code: "not-an-extension" });
    // Nor the next time: what was seen is not forgotten for what is false.
    expect(await see(rewritten)).toMatchObject({ verdict: "false", code: "not-an-extension" });
    expect((await see(new OwnLog(origin, key, texts(5000)))).verdict).toBe("good");
  });

  it("is told from hashes that were altered on the way", async () => {
    await see(new OwnLog(origin, key, texts(300)));
    const log = new OwnLog(origin, key, texts(5000));
    proxy.change = (path) => {
      const body = log.answer(path);
      return body && path.startsWith("/log/tile/1/") ? flipped(body, 0) : body;
    };
    expect(await openAudit(page, proxy.url)).toMatchObject({ verdict: "false", code: "tree-altered", checks: ["key: good", "signature: good", "witnesses: none", "history: false tree-altered"] });
  });

  it("is not forked at the same size", async () => {
    await see(new OwnLog(origin, key, texts(300)));
    expect(await see(new OwnLog(origin, key, texts(300, 299)))).toMatchObject({ verdict: "false", code: "forked" });
  });

  it("is not rolled back, though an older checkpoint for a moment is no alarm", async () => {
    const [older, newer] = [new OwnLog(origin, key, texts(250)), new OwnLog(origin, key, texts(300))];
    await see(newer);
    let answers = 0;
    proxy.change = (path) => (path === "/log/checkpoint" && answers++ === 0 ? older : newer).answer(path);
    expect((await openAudit(page, proxy.url, "?lagging")).verdict).toBe("good");
    expect(answers).toBe(2);
    expect(await see(older)).toMatchObject({ verdict: "false", code: "older-than-seen" });
  });

  it("has one key; another is alarm until a person says otherwise", async () => {
    await see(new OwnLog(origin, key, texts(300)));
    const swapped = new OwnLog(origin, new SigningKey(new Uint8Array(32).fill(32)), texts(300));
    expect(await see(swapped)).toMatchObject({ verdict: "false", code: "key-changed", checks: ["key: false key-changed"] });
    expect(await page.textContent("#list-body")).toContain("Nothing is listed");
    await page.click("#log-more summary");
    expect(await page.textContent("#log-more-body")).toContain(vkeyOf(origin, 1, key));
    expect(await page.textContent("#log-more-body")).toContain(swapped.vkey);
    await page.click("#begin-anew");
    await page.click("#anew-no");
    expect((await see(swapped)).code).toBe("key-changed");
    await page.click("#begin-anew");
    await page.click("#anew-yes");
    await until("the new key", 10, async () => (await untilVerdict(page)).verdict === "good");
    expect((await see(new OwnLog(origin, key, texts(300)))).code).toBe("key-changed");
  });
});

describe("A log that took another's place", () => {
  const key = new SigningKey(new Uint8Array(32).fill(31));
  const old = new OwnLog("own.example/log", key, texts(300));
  const said = { origin: "own.example/log-2", predecessor: old.origin, predecessorKey: old.vkey, checkpoint: old.checkpoint.toString(), reason: "the backup was lost", at: "2026-11-21T10:00:00Z" };

  async function succeeded(log: OwnLog, statement: object): Promise<string[]> {
    proxy.change = (path) => old.answer(path);
    await openAudit(page, proxy.url);
    proxy.change = (path) => (path === "/log/predecessor" ? Buffer.from(JSON.stringify(statement)) : log.answer(path));
    // Whatever is said, it is for a person to believe.
    expect(await openAudit(page, proxy.url, "?again")).toMatchObject({ verdict: "false", code: "key-changed", checks: ["key: false key-changed"] });
    return page.locator("#succession li").evaluateAll((lines) => lines.map((line) => `${(line as HTMLElement).dataset["said"]}: ${line.textContent}`));
  }

  it("is still alarm, beside what the server says and what of it could be checked", async () => {
    const lines = await succeeded(new OwnLog(said.origin, key, texts(310)), said);
    expect(lines.map((line) => line.split(":")[0])).toEqual(["good", "good", "none", "good"]);
    expect(lines[3]).toContain("begins with all 300 entries that this browser saw");
    expect(await page.textContent("#succession")).toContain("the backup was lost");
    await page.click("#begin-anew");
    await page.click("#anew-yes");
    await until("the successor", 10, async () => (await untilVerdict(page)).verdict === "good");
    expect(await page.locator("#succession").count()).toBe(0);
  });

  it.each([["changed", texts(310, 7)], ["lost", texts(299)]])("is found out where entries were %s", async (_, entries) => {
    const lines = await succeeded(new OwnLog(said.origin, key, entries), said);
    expect(lines.map((line) => line.split(":")[0])).toEqual(["good", "good", "none", "false"]);
  });

  it("is found out where it names another log, or signs with another key", async () => {
    const lines = await succeeded(new OwnLog(said.origin, new SigningKey(new Uint8Array(32).fill(32)), texts(310)), { ...said, predecessorKey: "x", checkpoint: null });
    expect(lines.map((line) => line.split(":")[0])).toEqual(["false", "none", "good"]);
  });

  it("is just alarm where nothing is said of it", async () => {
    expect(await succeeded(new OwnLog(said.origin, key, texts(310)), { ...said, origin: "else.example/log" })).toEqual([]);
  });
});

describe("Witnesses", () => {
  const origin = "own.example/log";
  const key = new SigningKey(new Uint8Array(32).fill(31));
  const witnesses = [41, 42, 43].map((seed, i) => ({ name: `w${i + 1}.example`, key: new SigningKey(new Uint8Array(32).fill(seed)), time: 1_790_000_000 + i }));
  const policy = `${witnesses.map(({ name, key: by }, i) => `witness W${i + 1} ${vkeyOf(name, 4, by)}`).join("\n")}\ngroup two 2 W1 W2 W3\nquorum two\n`;

  async function see(log: OwnLog, change = (body: Buffer | undefined) => body): Promise<Awaited<ReturnType<typeof untilVerdict>>> {
    proxy.change = (path) => (path === "/log/checkpoint" ? change(log.answer(path)) : log.answer(path));
    return openAudit(page, proxy.url);
  }

  async function usePolicy(text: string): Promise<void> {
    if (!(await page.locator("#policy").isVisible())) await page.click("#log-more summary");
    await page.fill("#policy", text);
    await page.click("text=Check by this policy");
  }

  it("are listed, and verified once a policy names them", async () => {
    const log = new OwnLog(origin, key, texts(10), witnesses.slice(0, 2));
    expect((await see(log)).checks).toContain("witnesses: none");
    await usePolicy(policy);
    await until("the quorum", 10, async () => (await untilVerdict(page)).checks.includes("witnesses: good"));
    expect(await page.textContent('[data-check="witnesses"]')).toMatch(/2 of 3 witnesses of your policy cosigned it: a quorum.*W1 \(.* UTC\), W2 \(/);
    const rows = await page.locator(".witnesses tbody tr").allTextContents();
    expect(rows.map((row) => /w\d\.example.*Yes, W\d of your policy/.test(row))).toEqual([true, true]);
    // Kept for the next visit.
    expect((await see(log)).checks).toContain("witnesses: good");
  });

  it("that are too few, or wrong, make it false; and a policy that cannot be read is refused by its line", async () => {
    await see(new OwnLog(origin, key, texts(10), witnesses));
    await usePolicy(`${policy}quorum two\n`);
    await until("the refusal", 5, async () => (await page.textContent(".policy .form-problem")) === "Line 6: a second quorum line.");
    await usePolicy(policy);
    await until("the quorum", 10, async () => (await untilVerdict(page)).checks.includes("witnesses: good"));
    expect(await see(new OwnLog(origin, key, texts(11), witnesses.slice(2)))).toMatchObject({ verdict: "false", code: "quorum-not-reached" });
    const altered = (body: Buffer | undefined) => body && Buffer.from(body.toString().replace(/.(?=....==?\n$)/, (c) => (c === "A" ? "E" : "A")));
    expect(await see(new OwnLog(origin, key, texts(12), witnesses), altered)).toMatchObject({ verdict: "false", code: "cosignature-wrong" });
    expect((await see(new OwnLog(origin, key, texts(13), witnesses))).verdict).toBe("good");
  });

  it("and logs of a policy: another log is not believed, a listed one is more than trust on first use", async () => {
    const log = new OwnLog(origin, key, texts(10), witnesses);
    await see(log);
    await usePolicy(`log ${vkeyOf("other.example", 1, new SigningKey(new Uint8Array(32).fill(33)))}\n${policy}`);
    await until("the refusal", 10, async () => (await untilVerdict(page)).code === "key-not-in-policy");
    await usePolicy(`log ${log.vkey}\n${policy}`);
    await until("the trust", 10, async () => (await page.textContent('[data-check="key"]'))?.includes("named in your policy"));
    expect((await untilVerdict(page)).verdict).toBe("good");
  });
});
