import { createServer } from "node:net";

// Below those that the kernel gives away by itself (from 32768), as it may one that it gave us, before a server that takes a second to begin listens there; below those of
// the C# tests (from 20000), which may run beside us; and above 10080, the last that browsers refuse to connect to.
const first = 11_000;
const end = 20_000;

const given = new Set<number>();

/** A TCP port of that address where nothing listens, and that was not given before. */
export async function freePort(address: string): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * (end - first));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port, address)) return port;
  }
}

function isFree(port: number, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(false) : reject(error)));
    probe.listen(port, address, () => probe.close(() => resolve(true)));
  });
}
