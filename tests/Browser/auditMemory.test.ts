import { describe, expect, it } from "vitest";
import { untilVerdict } from "./support/auditPage.js";
import { SigningKey } from "./support/cose.js";
import { flipped } from "./support/flipped.js";
import { OwnLog, texts, vkeyOf } from "./support/ownLog.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();

describe("What this browser has seen of a log", () => {
  const origin = "own.example/log";
  const key = new SigningKey(new Uint8Array(32).fill(31));

  async function see(log: OwnLog): Promise<Awaited<ReturnType<typeof untilVerdict>>> {
    audit.serve(log);
    return audit.open(`?${log.size}`);
  }

  it("is extended by an honest log, and it says from when", async () => {
    expect((await see(new OwnLog(origin, key, texts(300)))).checks).toEqual(["key: none", "signature: good", "witnesses: none", "history: none"]);
    const saying = await see(new OwnLog(origin, key, texts(5000)));
    expect(saying.checks).toEqual(["key: good", "signature: good", "witnesses: none", "history: good"]);
    expect(await audit.page.textContent('[data-check="history"]')).toMatch(/It extends what you saw on .* UTC.*first 300 entries are the same, and 4,700 are new/);
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
    audit.proxy.change = (path) => {
      const body = log.answer(path);
      return body && path.startsWith("/log/tile/1/") ? flipped(body, 0) : body;
    };
    expect(await audit.open()).toMatchObject({ verdict: "false", code: "tree-altered", checks: ["key: good", "signature: good", "witnesses: none", "history: false tree-altered"] });
  });

  it("is not forked at the same size", async () => {
    await see(new OwnLog(origin, key, texts(300)));
    expect(await see(new OwnLog(origin, key, texts(300, 299)))).toMatchObject({ verdict: "false", code: "forked" });
  });

  it("is not rolled back, though an older checkpoint for a moment is no alarm", async () => {
    const [older, newer] = [new OwnLog(origin, key, texts(250)), new OwnLog(origin, key, texts(300))];
    await see(newer);
    let answers = 0;
    audit.proxy.change = (path) => (path === "/log/checkpoint" && answers++ === 0 ? older : newer).answer(path);
    expect((await audit.open("?lagging")).verdict).toBe("good");
    expect(answers).toBe(2);
    expect(await see(older)).toMatchObject({ verdict: "false", code: "older-than-seen" });
  });

  it("has one key; another is alarm until a person says otherwise", async () => {
    await see(new OwnLog(origin, key, texts(300)));
    const swapped = new OwnLog(origin, new SigningKey(new Uint8Array(32).fill(32)), texts(300));
    expect(await see(swapped)).toMatchObject({ verdict: "false", code: "key-changed", checks: ["key: false key-changed"] });
    expect(await audit.page.textContent("#list-body")).toContain("Nothing is listed");
    await audit.page.click("#log-more summary");
    expect(await audit.page.textContent("#log-more-body")).toContain(vkeyOf(origin, 1, key));
    expect(await audit.page.textContent("#log-more-body")).toContain(swapped.vkey);
    await audit.page.click("#begin-anew");
    await audit.page.click("#anew-no");
    expect((await see(swapped)).code).toBe("key-changed");
    await audit.page.click("#begin-anew");
    await audit.page.click("#anew-yes");
    await until("the new key", 10, async () => (await untilVerdict(audit.page)).verdict === "good");
    expect((await see(new OwnLog(origin, key, texts(300)))).code).toBe("key-changed");
  });
});

describe("A log that took another's place", () => {
  const key = new SigningKey(new Uint8Array(32).fill(31));
  const old = new OwnLog("own.example/log", key, texts(300));
  const said = { origin: "own.example/log-2", predecessor: old.origin, predecessorKey: old.vkey, checkpoint: old.checkpoint.toString(), reason: "the backup was lost", at: "2026-11-21T10:00:00Z" };

  async function succeeded(log: OwnLog, statement: object): Promise<string[]> {
    audit.serve(old);
    await audit.open();
    audit.proxy.change = (path) => (path === "/log/predecessor" ? Buffer.from(JSON.stringify(statement)) : log.answer(path));
    // Whatever is said, it is for a person to believe.
    expect(await audit.open("?again")).toMatchObject({ verdict: "false", code: "key-changed", checks: ["key: false key-changed"] });
    return audit.page.locator("#succession li").evaluateAll((lines) => lines.map((line) => `${(line as HTMLElement).dataset["said"]}: ${line.textContent}`));
  }

  it("is still alarm, beside what the server says and what of it could be checked", async () => {
    const lines = await succeeded(new OwnLog(said.origin, key, texts(310)), said);
    expect(lines.map((line) => line.split(":")[0])).toEqual(["good", "good", "none", "good"]);
    expect(lines[3]).toContain("begins with all 300 entries that this browser saw");
    expect(await audit.page.textContent("#succession")).toContain("the backup was lost");
    await audit.page.click("#begin-anew");
    await audit.page.click("#anew-yes");
    await until("the successor", 10, async () => (await untilVerdict(audit.page)).verdict === "good");
    expect(await audit.page.locator("#succession").count()).toBe(0);
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
