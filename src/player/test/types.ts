import { execFileSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Type-checks the package before its tests run: esbuild and vitest only strip types. */
export function setup(): void {
  const root = join(dirname(fileURLToPath(import.meta.url)), "..");
  execFileSync("node", ["node_modules/typescript/bin/tsc", "--noEmit"], { cwd: root, stdio: "inherit" });
}
