import { beforeAll, describe, expect, it } from "vitest";
import { giveToken, untilVerdict } from "./support/auditPage.js";
import { SigningKey } from "./support/cose.js";
import { flipped } from "./support/flipped.js";
import { writeNights } from "./support/nightsLog.js";
import { OwnLog } from "./support/ownLog.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import type { Change } from "./support/proxy.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();
let auditor: string;
let size: number;
const opened = 17;

beforeAll(async () => {
  ({ auditor, size } = await writeNights(audit.server));
}, 180_000);

/** Where an entry of a bundle begins, after its length. */
function entryAt(bundle: Buffer, index: number): { start: number; end: number } {
  let start = 2;
  for (let i = 0; i < index; i++) start += 2 + bundle.readUInt16BE(start - 2);
  return { start, end: start + bundle.readUInt16BE(start - 2) };
}

/** Expects entry 17 to be called false, for this reason, by this check, and nothing of what came after it to be called good. */
async function expectFalse(change: Change, check: string, code: string): Promise<void> {
  audit.proxy.change = change;
  const saying = await audit.open(`#/entry/${opened}`);
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
    audit.proxy.change = (path, body) => {
      if (!path.startsWith("/v1/ledger/entries")) return undefined;
      const answer = JSON.parse(body.toString()) as { items: { payload: string }[] };
      for (const item of answer.items) item.payload = flipped(Buffer.from(item.payload, "base64"), 9).toString("base64");
      return Buffer.from(JSON.stringify(answer));
    };
    await audit.open();
    await giveToken(audit.page, auditor);
    await audit.goTo(`#/entry/${opened}`);
    const saying = await until("the verdict on the payload", 10, async () => {
      const now = await untilVerdict(audit.page);
      return now.verdict === "false" ? now : undefined;
    });
    expect(saying.code).toBe("payload-altered");
    expect(await audit.page.locator("#payload").count()).toBe(0);
  });

  it("and checks again from the network, once the way is clean", async () => {
    audit.proxy.change = (path, body) => (path === leaves ? flipped(body, 0) : undefined);
    expect(await audit.open("#/entry/1")).toMatchObject({ verdict: "false", code: "tree-altered" });
    audit.proxy.change = () => undefined;
    await audit.page.click("#entry-verdict >> text=Check again");
    await until("the good verdict", 10, async () => (await untilVerdict(audit.page)).verdict === "good");
  });
});
