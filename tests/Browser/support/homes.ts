import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executablePath } from "./chromium.js";
import { until } from "./until.js";

/** A network behind a router with NAT, like many a home's. Everything in it is at the same private addresses as in the next one. */
export interface Home {
  /** The router's, which is all that the outside sees. */
  readonly address: string;
  /** A program that runs the browser in there. */
  readonly browser: string;
  close(): void;
}

// What begins outside is dropped, as by any home's router. It also leaves a port free that a packet from the other side would take before ours goes out.
const rules = `
table ip nat { chain post { type nat hook postrouting priority 100; oifname "wan0" masquerade; }; }
table ip gate {
  chain self { type filter hook input priority 0; iifname "wan0" ct state new drop; };
  chain pass { type filter hook forward priority 0; iifname "wan0" ct state new drop; };
}`;

/** Begins to count the packets that go from one home to another, whatever is in them; asks how many there were. Those to and from the server are not on that way. */
export function countBetweenHomes(): () => number {
  run("nft", "table ip between { chain pass { type filter hook forward priority 0; iifname \"h*\" oifname \"h*\" counter; }; }");
  return () => Number(/counter packets (\d+)/.exec(execFileSync("nft", ["list", "table", "ip", "between"], { encoding: "utf8" }))?.[1]);
}

/** Builds a home beside the network that this runs in, which is its internet, and where the server has one address. `net` is the first three bytes of its line's addresses. */
export async function buildHome(net: string, server: string): Promise<Home> {
  const [router, inside] = [await holder(), await holder()];
  const name = `h${router.pid}`;
  run("sh", "-c", `ip link add ${name} type veth peer name wan0 netns ${router.pid} && ip link set ${name} up && ip route add ${net}.2 dev ${name} src ${server} && echo 1 > /proc/sys/net/ipv4/ip_forward`);
  run("nsenter", "-t", `${router.pid}`, "-n", "sh", "-c", [
    "ip link set lo up", `ip addr add ${net}.2/24 dev wan0`, "ip link set wan0 up", `ip route add default via ${server} dev wan0 onlink`, `ip link add lan0 type veth peer name e0 netns ${inside.pid}`,
    "ip addr add 192.168.1.1/24 dev lan0", "ip link set lan0 up", "echo 1 > /proc/sys/net/ipv4/ip_forward", `nft '${rules}'`,
  ].join(" && "));
  run("nsenter", "-t", `${inside.pid}`, "-n", "sh", "-c", "ip link set lo up && ip addr add 192.168.1.2/24 dev e0 && ip link set e0 up && ip route add default via 192.168.1.1");
  const folder = mkdtempSync(join(tmpdir(), "liveledger-home-"));
  const browser = join(folder, "browser");
  writeFileSync(browser, `#!/bin/sh\nexec nsenter -t ${inside.pid} -n -- ${executablePath} "$@"\n`);
  chmodSync(browser, 0o755);
  return {
    address: `${net}.2`, browser,
    close: () => {
      for (const { process } of [inside, router]) process.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process that does nothing but keep a network of its own, and ends with this one, however that ends. */
async function holder(): Promise<{ process: ChildProcess; pid: number }> {
  const process_ = spawn("unshare", ["--net", "cat"], { stdio: ["pipe", "ignore", "ignore"] });
  const { pid } = process_;
  if (pid === undefined) throw new Error("unshare did not start");
  const ours = readlinkSync("/proc/self/ns/net");
  await until("a network of its own", 10, () => readlinkSync(`/proc/${pid}/ns/net`) !== ours);
  return { process: process_, pid };
}

function run(program: string, ...given: string[]): void {
  execFileSync(program, given, { stdio: ["ignore", "inherit", "inherit"] });
}
