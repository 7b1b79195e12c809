import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { expect, it } from "vitest";
import { forge } from "../scripts/forge.mjs";

const least = 0.95;

/** LCOV's sums for our sources: of the tests' own files nothing is asked. */
function sums(lcov: string) {
  const sum = { LF: 0, LH: 0, BRF: 0, BRH: 0 };
  for (const record of lcov.split("end_of_record")) {
    if (!/^SF:src\//m.test(record)) continue;
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += Number(new RegExp(`^${key}:(\\d+)`, "m").exec(record)?.[1] ?? 0);
  }
  return sum;
}

it("95 of 100 lines and branches of the sources are run by the tests", () => {
  const folder = mkdtempSync(`${tmpdir()}/coverage-`);
  try {
    const run = forge(["coverage", "--report", "summary", "--report", "lcov", "--report-file", `${folder}/lcov.info`], { FOUNDRY_PROFILE: "coverage" });
    expect(run.code, run.out.slice(-3_000) + run.err).toBe(0);
    const { LF: lines, LH: linesRun, BRF: branches, BRH: branchesRun } = sums(readFileSync(`${folder}/lcov.info`, "utf8"));
    console.log(`lines ${linesRun} of ${lines}, branches ${branchesRun} of ${branches}\n${run.out.split("\n").filter((line) => line.includes("src/")).join("\n")}`);
    expect(lines).toBeGreaterThan(200);
    expect(branches).toBeGreaterThan(50);
    expect(linesRun / lines).toBeGreaterThanOrEqual(least);
    expect(branchesRun / branches).toBeGreaterThanOrEqual(least);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
