import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { browserTests, repository } from "./repository.js";

/** Type-checks the tests, and builds the page once before them all, so that what is tested is what stands in the sources. */
export function setup(): void {
  execFileSync("node", ["node_modules/typescript/bin/tsc", "--noEmit"], { cwd: browserTests, stdio: "inherit" });
  execFileSync("node", ["build.mjs"], { cwd: join(repository, "src", "player"), stdio: "inherit" });
}
