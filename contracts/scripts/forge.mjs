// Runs forge in this folder with what follows, and a profile if asked: node scripts/forge.mjs [--profile NAME] [ARGUMENTS…]
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const folder = fileURLToPath(new URL("..", import.meta.url));

/** npm's binary, or where there is none for this platform, what the path has. */
export function program(name) {
  const own = `${folder}/node_modules/@foundry-rs/${name}-linux-amd64/bin/${name}`;
  return existsSync(own) ? own : name;
}

export function forge(args, environment = {}) {
  const run = spawnSync(program("forge"), args, {
    cwd: folder,
    env: { ...process.env, ...environment, NO_COLOR: "1" },
    encoding: "utf8",
    maxBuffer: 1 << 30,
  });
  if (run.error) throw run.error;
  return { code: run.status, out: run.stdout, err: run.stderr };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const args = process.argv.slice(2);
  const environment = {};
  if (args[0] === "--profile") environment.FOUNDRY_PROFILE = args.splice(0, 2)[1];
  const run = spawnSync(program("forge"), args.length ? args : ["test"], { cwd: folder, stdio: "inherit", env: { ...process.env, ...environment } });
  process.exit(run.status ?? 1);
}
