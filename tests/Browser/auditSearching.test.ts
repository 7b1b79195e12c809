import { beforeAll, describe, expect, it } from "vitest";
import { giveToken, sayingOf, untilListed } from "./support/auditPage.js";
import { flipped } from "./support/flipped.js";
import { writeNights } from "./support/nightsLog.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import type { Change } from "./support/proxy.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();
let auditor: string;
/** Of two entries. */
let stream: string;
/** A stream of three. */
let broadcast: string;

beforeAll(async () => {
  ({ auditor, stream, broadcast } = await writeNights(audit.server));
}, 180_000);

interface Answer {
  items: { index: number; entry: string }[];
  next: number | null;
  upTo: number;
}

/** Changes what a search is answered with. */
function answering(change: (answer: Answer, asked: URLSearchParams) => object): Change {
  return (path, body) => {
    const { pathname, searchParams } = new URL(path, audit.proxy.url);
    return pathname === "/v1/ledger/entries" ? Buffer.from(JSON.stringify(change(JSON.parse(body.toString()) as Answer, searchParams))) : undefined;
  };
}

/** What the server itself answers. */
function found(filters: Record<string, string>): Promise<Answer> {
  return audit.server.ask<Answer>("GET", `/v1/ledger/entries?${new URLSearchParams(filters)}`, auditor);
}

/** Searches as a person does who has given a token, and waits until every row was checked. */
async function search(filters: Record<string, string>): Promise<Awaited<ReturnType<typeof untilListed>>> {
  if (!audit.page.url().startsWith(audit.proxy.url)) {
    await audit.open();
    await giveToken(audit.page, auditor);
  }
  const asked = audit.proxy.asked.length;
  const address = `#/search?${new URLSearchParams(filters)}`;
  await audit.page.evaluate((to) => {
    if (location.hash === to) dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = to;
  }, address);
  return until("the answer, checked", 15, async () => {
    const saying = await sayingOf(audit.page);
    const listed = saying.listOutcome !== "" || (saying.list === "" && (await audit.page.locator("#list-body .empty").count()) > 0);
    return listed && audit.proxy.asked.slice(asked).some((path) => path.startsWith("/v1/ledger/entries?")) ? saying : undefined;
  });
}

describe("In a list", () => {
  it("an altered row is told from the others", async () => {
    audit.proxy.change = (path, body) => {
      if (!path.startsWith("/v1/ledger/entries")) return undefined;
      const answer = JSON.parse(body.toString()) as { items: { entry: string }[] };
      const [row] = answer.items;
      if (row) row.entry = flipped(Buffer.from(row.entry, "base64"), 3).toString("base64");
      return Buffer.from(JSON.stringify(answer));
    };
    await audit.open();
    await giveToken(audit.page, auditor);
    await audit.goTo("#/search?type=broadcast-created");
    const saying = await until("the list's verdict", 10, async () => {
      const now = await untilListed(audit.page);
      return now.listOutcome === "false" ? now : undefined;
    });
    expect(saying.list).toBe("1 row is not what was signed");
    expect(await audit.page.locator(".row-mark").evaluateAll((marks) => marks.map((mark) => (mark as HTMLElement).dataset["code"] ?? (mark as HTMLElement).dataset["outcome"]))).toEqual(["entry-altered", ...Array<string>(6).fill("good")]);
  });

  it("a row that is in the signed log, and is not what was searched for, is told from the others", async () => {
    const other = await found({ type: "entitlement-revoked", from: "17" });
    audit.proxy.change = answering((answer) => ({ ...answer, items: [answer.items[0], other.items.findLast(({ index }) => index !== answer.items[1]?.index)] }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "1 row is not what was searched for" });
    expect(await audit.page.locator(".row-mark").evaluateAll((marks) => marks.map((mark) => (mark as HTMLElement).dataset["code"] ?? (mark as HTMLElement).dataset["outcome"]))).toEqual(["good", "not-searched-for"]);
    expect(await audit.page.textContent("#list-why")).toContain("Check that failed: not-searched-for");
    // The same two rows answer a search that both of them fit.
    audit.proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(0, 2) }));
    expect(await search({ type: "entitlement-revoked" })).toMatchObject({ listOutcome: "good" });
    expect(await audit.page.locator("#list-why").isVisible()).toBe(false);
  });

  it("a row that stands there twice, before where the search begins, or recorded at another time is none of the found", async () => {
    audit.proxy.change = answering((answer) => ({ ...answer, items: answer.items.flatMap((item) => [item, item]) }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "2 rows are not what was searched for" });
    const { items } = await found({ stream });
    audit.proxy.change = answering((answer) => ({ ...answer, items }));
    expect(await search({ stream, from: String((items[0]?.index ?? 0) + 1) })).toMatchObject({ listOutcome: "false", list: "1 row is not what was searched for" });
    expect(await search({ stream, until: "2020-01-01T00:00:00Z" })).toMatchObject({ listOutcome: "false", list: "2 rows are not what was searched for" });
  });
});

describe("Of a stream, a version that the server leaves out is missed", () => {
  it("where it is the last, or the first", async () => {
    expect(await search({ stream })).toMatchObject({ listOutcome: "good", list: "2 entries, each proven to be in the signed log; versions 0 to 1 of the stream, without a gap" });
    audit.proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(0, -1) }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "Version 1 of the stream was left out of this answer" });
    expect(await audit.page.textContent("#list-why")).toContain("Check that failed: version-left-out");
    audit.proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(1) }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "Version 0 of the stream was left out of this answer" });
  });

  it("where nothing is left", async () => {
    audit.proxy.change = answering((answer) => ({ ...answer, items: [] }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "false", list: "Version 0 of the stream was left out of this answer" });
    expect(await audit.page.textContent("#list-body")).toContain("The server answered with no entry");
    // A stream that there is not is nothing left out.
    expect(await search({ stream: "entitlement/none" })).toMatchObject({ listOutcome: "", list: "" });
    expect(await audit.page.textContent("#list-body")).toContain("No entry matches");
  });

  it("where it is the first of a later page", async () => {
    const { items } = await found({ stream: broadcast });
    expect(items.length).toBe(3);
    const second = { stream: broadcast, from: String((items[0]?.index ?? 0) + 1) };
    const pageOfOne = answering((answer, asked) => (asked.has("from") ? answer : { ...answer, items: answer.items.slice(0, 1), next: (answer.items[0]?.index ?? 0) + 1 }));
    audit.proxy.change = pageOfOne;
    expect(await search({ stream: broadcast })).toMatchObject({ listOutcome: "good", list: "1 entry, proven to be in the signed log; version 0 of the stream" });
    await audit.page.click("text=Next page ›");
    await until("the second page", 10, async () => (await untilListed(audit.page)).list === "2 entries, each proven to be in the signed log; with the pages before, versions 0 to 2 of the stream, without a gap");
    audit.proxy.change = answering((answer) => ({ ...answer, items: answer.items.filter(({ index }) => index !== items[1]?.index) }));
    expect(await search(second)).toMatchObject({ listOutcome: "false", list: "Version 1 of the stream was left out of this answer" });
    // Who opens the second page first does not know what came before, and no more is said than was seen.
    await audit.page.reload();
    await until("the page on its own", 10, async () => (await untilListed(audit.page)).list === "1 entry, proven to be in the signed log; version 2 of the stream");
  });

  it("or it is said that this could not be told", async () => {
    audit.proxy.change = (path) => (path.startsWith("/v1/ledger/streams/") ? { status: 404, body: JSON.stringify({ code: "stream-unknown" }) } : undefined);
    expect(await search({ stream })).toMatchObject({ listOutcome: "unknown" });
    audit.proxy.change = answering((answer) => ({ ...answer, items: answer.items.slice(0, 1), upTo: (answer.items[0]?.index ?? 0) + 1 }));
    expect(await search({ stream })).toMatchObject({ listOutcome: "unknown" });
  });
});
