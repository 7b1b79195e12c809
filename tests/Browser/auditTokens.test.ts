import { beforeAll, describe, expect, it } from "vitest";
import { giveToken, openAudit, untilListed, untilVerdict } from "./support/auditPage.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import { TwoStudios } from "./support/twoStudios.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();
let studios: TwoStudios;

beforeAll(async () => {
  studios = await TwoStudios.open(audit.server);
}, 120_000);

describe("With a token", () => {
  it("an auditor searches, and reads payloads that are checked against their entries", async () => {
    await audit.open();
    await audit.page.click("#search-form >> text=Search");
    await audit.page.waitForSelector("#token-dialog[open]");
    await audit.page.fill("#token-input", "not a token");
    await audit.page.click("#token-use");
    expect(await audit.page.textContent("#token-problem")).toContain("This is no token");
    await audit.page.fill("#token-input", `Bearer ${studios.tokens.auditor}\n`);
    await audit.page.click("#token-use");
    expect(await audit.page.textContent("#token-state")).toBe("Auditor");

    await audit.page.fill("[name=type]", "broadcast-created");
    await audit.page.click("#search-form >> text=Search");
    await until("both broadcasts", 10, async () => (await untilListed(audit.page)).list === "2 entries, each proven to be in the signed log");
    await audit.page.fill("[name=broadcast]", studios.broadcasts.other);
    await audit.page.click("#search-form >> text=Search");
    await until("one broadcast", 10, async () => (await untilListed(audit.page)).list.startsWith("1 entry, proven"));
    await audit.page.click("tbody th a");
    await audit.untilChecked("payload: good");
    expect(JSON.parse((await audit.page.textContent("#payload")) ?? "")).toMatchObject({ title: "First night" });
    await audit.page.goBack();
    await until("the search again", 10, async () => (await untilListed(audit.page)).list.startsWith("1 entry"));
    expect(await audit.page.inputValue("[name=broadcast]")).toBe(studios.broadcasts.other);

    await audit.page.click("#search-form >> text=Clear");
    await audit.page.fill("[name=from]", "9");
    await audit.page.fill("[name=to]", "9");
    await audit.page.click("#search-form >> text=Search");
    expect(await audit.page.textContent("#search-problem")).toContain("has to be above");
    await audit.page.fill("[name=to]", "12");
    await audit.page.fill("[name=since]", "2020-01-01T00:00");
    await audit.page.click("#search-form >> text=Search");
    await until("three entries", 10, async () => (await untilListed(audit.page)).list.startsWith("3 entries"));
    expect(audit.complaints).toEqual([]);
  });

  it("a broadcaster finds its own, and of another's sees what is public only", async () => {
    await audit.open();
    await giveToken(audit.page, studios.tokens.mine);
    await audit.goTo(`#/search?broadcast=${studios.broadcasts.mine}`);
    await until("its own", 10, async () => (await untilListed(audit.page)).listOutcome === "good");
    expect(await audit.page.locator("tbody tr").count()).toBeGreaterThan(15);
    await audit.page.click("tbody th a >> nth=1");
    await audit.untilChecked("payload: good");
    expect(JSON.parse((await audit.page.textContent("#payload")) ?? "")).toMatchObject({ broadcast: studios.broadcasts.mine });

    await audit.goTo(`#/search?broadcast=${studios.broadcasts.other}`);
    await until("the refusal", 10, async () => (await audit.page.textContent("#list-body"))?.includes("not yours to see"));
    expect(await audit.page.locator("tbody tr").count()).toBe(0);
    await audit.goTo("#/search?type=broadcast-created");
    await until("the refusal", 10, async () => (await audit.page.textContent("#list-body"))?.includes("one of its own broadcasts"));

    // What is in the log is public: the entry is proven, and its payload stays closed.
    await audit.goTo("#/entry/20");
    await until("the other's entry", 10, async () => (await untilVerdict(audit.page)).title === "Entry 20 is in the signed log");
    await audit.untilChecked("payload: none");
    expect(await audit.page.textContent(".check[data-check=payload]")).toContain("not yours to see");
    expect(await audit.page.locator("#payload").count()).toBe(0);
  });

  it("the token stays in its tab, goes to the ledger's questions only, and is gone when told", async () => {
    const carried: string[] = [];
    audit.page.on("request", (request) => request.headers()["authorization"] && carried.push(new URL(request.url()).pathname));
    await audit.open();
    await giveToken(audit.page, studios.tokens.auditor);
    await audit.goTo("#/entry/2");
    await audit.untilChecked("payload: good");
    expect(carried).toEqual(["/v1/ledger/entries"]);
    expect(await audit.page.evaluate(() => JSON.stringify(localStorage) + location.href + document.documentElement.outerHTML)).not.toContain(studios.tokens.auditor.slice(-40));
    await audit.page.reload();
    await audit.untilChecked("payload: good");
    const other = await audit.browser.page();
    await openAudit(other, audit.proxy.url);
    expect(await other.textContent("#token-state")).toBe("No token");
    await other.close();
    await audit.page.click("#token-button");
    await audit.page.click("#token-drop");
    await audit.untilChecked("payload: none");
    await audit.page.reload();
    await audit.untilChecked("payload: none");
    expect(await audit.page.textContent("#token-state")).toBe("No token");
  });

  it("a token that has run out is said to have", async () => {
    await audit.open();
    audit.proxy.change = (path) => (path.startsWith("/v1/ledger/entries") ? { status: 401, body: JSON.stringify({ code: "token-expired" }) } : undefined);
    await giveToken(audit.page, studios.tokens.auditor);
    await audit.goTo("#/search?actor=system");
    await until("the refusal", 10, async () => (await audit.page.textContent("#list-body"))?.includes("Your token has run out"));
    await audit.page.click("text=Give another token");
    expect(await audit.page.evaluate(() => (document.getElementById("token-dialog") as HTMLDialogElement).open)).toBe(true);
  });
});
