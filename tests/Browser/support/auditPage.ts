import type { Page } from "playwright-core";
import { until } from "./until.js";

/** What the audit page says, as a person finds it there. */
export interface AuditSaying {
  /** good, false, unknown or checking; of the entry if one is open, else of the log. */
  verdict: string;
  title: string;
  /** The check that failed. */
  code: string;
  log: string;
  /** `key: good`, `path: false tree-altered` … in their order on the page. */
  checks: string[];
  list: string;
  listOutcome: string;
}

export function sayingOf(page: Page): Promise<AuditSaying> {
  return page.evaluate(() => {
    const entry = document.querySelector<HTMLElement>("#entry-verdict");
    const log = document.querySelector<HTMLElement>("#log-verdict");
    const first = entry && !entry.hidden ? entry : log;
    const text = (of: ParentNode | null | undefined, selector: string): string => of?.querySelector(selector)?.textContent ?? "";
    return {
      verdict: first?.dataset["outcome"] ?? "",
      title: text(first, "h1").replace(/^(Good|False|Could not tell): /, ""),
      code: text(document, ".code-line code"),
      log: log?.dataset["outcome"] ?? "",
      checks: [...document.querySelectorAll<HTMLElement>("[data-check]")].map(({ dataset }) => `${dataset["check"]}: ${[dataset["outcome"], dataset["code"]].filter(Boolean).join(" ")}`),
      list: text(document, "#list-state"),
      listOutcome: document.querySelector<HTMLElement>("#list-state")?.dataset["outcome"] ?? "",
    };
  });
}

/** Waits until the verdict is reached, and gives what is said then. */
export function untilVerdict(page: Page, seconds = 15): Promise<AuditSaying> {
  return until("a verdict", seconds, async () => {
    const saying = await sayingOf(page);
    return saying.verdict !== "checking" && saying.verdict !== "" ? saying : undefined;
  });
}

/** Waits until every row of the list was checked. */
export function untilListed(page: Page, seconds = 15): Promise<AuditSaying> {
  return until("a checked list", seconds, async () => {
    const saying = await sayingOf(page);
    return saying.listOutcome !== "" ? saying : undefined;
  });
}

/** Opens the page at an address after #, and waits for its verdict. */
export async function openAudit(page: Page, origin: string, hash = ""): Promise<AuditSaying> {
  await page.goto(`${origin}/audit${hash}`);
  return untilVerdict(page);
}

/** Pastes a token as a person does. */
export async function giveToken(page: Page, token: string): Promise<void> {
  await page.click("#token-button");
  await page.fill("#token-input", token);
  await page.click("#token-use");
}
