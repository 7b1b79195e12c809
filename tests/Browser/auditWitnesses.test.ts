import { describe, expect, it } from "vitest";
import { untilVerdict } from "./support/auditPage.js";
import { SigningKey } from "./support/cose.js";
import { OwnLog, texts, vkeyOf } from "./support/ownLog.js";
import { ProxiedAudit } from "./support/proxiedAudit.js";
import { until } from "./support/until.js";

const audit = ProxiedAudit.forEachTest();

describe("Witnesses", () => {
  const origin = "own.example/log";
  const key = new SigningKey(new Uint8Array(32).fill(31));
  const witnesses = [41, 42, 43].map((seed, i) => ({ name: `w${i + 1}.example`, key: new SigningKey(new Uint8Array(32).fill(seed)), time: 1_790_000_000 + i }));
  const policy = `${witnesses.map(({ name, key: by }, i) => `witness W${i + 1} ${vkeyOf(name, 4, by)}`).join("\n")}\ngroup two 2 W1 W2 W3\nquorum two\n`;

  async function see(log: OwnLog, change = (body: Buffer | undefined) => body): Promise<Awaited<ReturnType<typeof untilVerdict>>> {
    audit.proxy.change = (path) => (path === "/log/checkpoint" ? change(log.answer(path)) : log.answer(path));
    return audit.open();
  }

  async function usePolicy(text: string): Promise<void> {
    if (!(await audit.page.locator("#policy").isVisible())) await audit.page.click("#log-more summary");
    await audit.page.fill("#policy", text);
    await audit.page.click("text=Check by this policy");
  }

  it("are listed, and verified once a policy names them", async () => {
    const log = new OwnLog(origin, key, texts(10), witnesses.slice(0, 2));
    expect((await see(log)).checks).toContain("witnesses: none");
    await usePolicy(policy);
    await until("the quorum", 10, async () => (await untilVerdict(audit.page)).checks.includes("witnesses: good"));
    expect(await audit.page.textContent('[data-check="witnesses"]')).toMatch(/2 of 3 witnesses of your policy cosigned it: a quorum.*W1 \(.* UTC\), W2 \(/);
    const rows = await audit.page.locator(".witnesses tbody tr").allTextContents();
    expect(rows.map((row) => /w\d\.example.*Yes, W\d of your policy/.test(row))).toEqual([true, true]);
    // Kept for the next visit.
    expect((await see(log)).checks).toContain("witnesses: good");
  });

  it("that are too few, or wrong, make it false; and a policy that cannot be read is refused by its line", async () => {
    await see(new OwnLog(origin, key, texts(10), witnesses));
    await usePolicy(`${policy}quorum two\n`);
    await until("the refusal", 5, async () => (await audit.page.textContent(".policy .form-problem")) === "Line 6: a second quorum line.");
    await usePolicy(policy);
    await until("the quorum", 10, async () => (await untilVerdict(audit.page)).checks.includes("witnesses: good"));
    expect(await see(new OwnLog(origin, key, texts(11), witnesses.slice(2)))).toMatchObject({ verdict: "false", code: "quorum-not-reached" });
    const altered = (body: Buffer | undefined) => body && Buffer.from(body.toString().replace(/.(?=....==?\n$)/, (c) => (c === "A" ? "E" : "A")));
    expect(await see(new OwnLog(origin, key, texts(12), witnesses), altered)).toMatchObject({ verdict: "false", code: "cosignature-wrong" });
    expect((await see(new OwnLog(origin, key, texts(13), witnesses))).verdict).toBe("good");
  });

  it("and logs of a policy: another log is not believed, a listed one is more than trust on first use", async () => {
    const log = new OwnLog(origin, key, texts(10), witnesses);
    await see(log);
    await usePolicy(`log ${vkeyOf("other.example", 1, new SigningKey(new Uint8Array(32).fill(33)))}\n${policy}`);
    await until("the refusal", 10, async () => (await untilVerdict(audit.page)).code === "key-not-in-policy");
    await usePolicy(`log ${log.vkey}\n${policy}`);
    await until("the trust", 10, async () => (await audit.page.textContent('[data-check="key"]'))?.includes("named in your policy"));
    expect((await untilVerdict(audit.page)).verdict).toBe("good");
  });
});
