import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browserTests } from "./repository.js";

/** How one test went in there. */
export interface Outcome {
  readonly title: string;
  readonly failure: string | undefined;
}

// An interface beside loopback, so that browsers find a way to one another, and a default route, without which they look for none. Its other end leads nowhere.
const network = [
  "ip link set lo up", "ip link add v0 type veth peer name v1", "ip addr add 10.99.0.1/24 dev v0", "ip link set v0 up", "ip link set v1 up",
  "ip route add default via 10.99.0.2 dev v0",
];

/**
 * Runs a file of tests, with its server and browsers, in a network of its own: WebRTC asks for addresses and goes by every interface it finds, and none of that may leave the
 * machine. Who is not root gets one by a user namespace.
 */
export async function inOwnNetwork(file: string, minutes: number): Promise<Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), "liveledger-network-"));
  const report = join(folder, "report.json");
  const vitest = `exec node node_modules/vitest/vitest.mjs run ${file} --config support/ownNetwork.config.ts --reporter=default --reporter=json --outputFile.json=${report}`;
  const isRoot = process.getuid?.() === 0;
  const own = isRoot ? ["--net"] : ["--user", "--map-current-user", "--keep-caps", "--net"];
  const inside = spawn("unshare", [...own, "--", "sh", "-c", [...network, vitest].join(" && ")], {
    // Where ip and nft are is not in everybody's path.
    cwd: browserTests, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin:/sbin` },
  });
  const timer = setTimeout(() => inside.kill("SIGTERM"), minutes * 60_000);
  try {
    await new Promise<void>((resolve, reject) => {
      inside.once("error", reject);
      inside.once("exit", () => resolve());
    });
    return outcomesOf(JSON.parse(readFileSync(report, "utf8")));
  } finally {
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly { readonly title: string; readonly ancestorTitles: readonly string[]; readonly status: string; readonly failureMessages: readonly string[] }[];
  }[];
}

function outcomesOf({ testResults }: Report): Outcome[] {
  const outcomes = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ ancestorTitles, title, status, failureMessages }): Outcome => ({
    title: [...ancestorTitles, title].join(" "), failure: status === "passed" ? undefined : failureMessages.join("\n") || status,
  })));
  if (outcomes.length === 0) throw new Error(`no test ran in the network: ${testResults.map(({ message }) => message).join("\n")}`);
  return outcomes;
}
