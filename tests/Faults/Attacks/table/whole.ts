import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { allRows, clearRows, repository, textOf } from "./rows.js";

/** Type-checks the suite before it runs. */
export function setup(): void {
  execFileSync("node", ["node_modules/typescript/bin/tsc", "--noEmit"], { cwd: join(dirname(fileURLToPath(import.meta.url)), ".."), stdio: "inherit" });
  clearRows();
}

/** The table of all attacks. */
export function teardown(): void {
  const rows = allRows();
  if (rows.length === 0) return;
  const text = `Sixty of the player's own peers under a clock of their own, a fifth of them attackers; the origin sends two thirds of what all need. Simulated, from a seed.\n\n${textOf(rows)}\n`;
  writeFileSync(join(repository, "artifacts/attacks.txt"), text);
  writeFileSync(join(repository, "artifacts/attacks.json"), JSON.stringify(rows, null, 2));
  console.log(`\n${text}`);
}
