import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "./repository.js";

/** Builds the page once before all tests, so that what is tested is what stands in the sources. */
export function setup(): void {
  execFileSync("node", ["build.mjs"], { cwd: join(repository, "src", "player"), stdio: "inherit" });
}
