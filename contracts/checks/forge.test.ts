import { describe, expect, it } from "vitest";
import { forge } from "../scripts/forge.mjs";

type Suites = Record<string, { test_results: Record<string, { status: string; reason: string | null; counterexample: unknown }> }>;

const run = forge(["test", "--json"]);
const suites: Suites = run.out.startsWith("{") ? JSON.parse(run.out) : {};

it("forge has run tests, and says at its end what they say", () => {
  const all = Object.values(suites).flatMap((suite) => Object.values(suite.test_results));
  expect(all.length, run.out.slice(0, 2_000) + run.err.slice(0, 2_000)).toBeGreaterThan(0);
  expect(run.code).toBe(all.some((test) => test.status === "Failure") ? 1 : 0);
});

// Each Solidity test is one here: its name, and what forge said of it.
for (const [suite, { test_results: tests }] of Object.entries(suites)) {
  describe(suite, () => {
    for (const [name, test] of Object.entries(tests)) {
      const claim = name.replace(/^(test|testFuzz|invariant)_/, "").replace(/\(.*$/, "").replaceAll("_", " ");
      it.skipIf(test.status === "Skipped")(claim, () => {
        if (test.status !== "Success") throw new Error(`${test.reason ?? "failed"} ${test.counterexample ? JSON.stringify(test.counterexample) : ""}`);
      });
    }
  });
}
