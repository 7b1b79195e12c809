import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { it } from "vitest";
import { openForMany } from "../support/chromium.js";
import { LiveBroadcast, LiveServer } from "../support/liveServer.js";
import { ours, type Run, run, type Side, theirs } from "./side.js";
import { Theirs } from "./theirs.js";

const counts = (process.env["LIVELEDGER_BENCH_PAGES"] ?? "4,8,16").split(",").map(Number);
const seconds = Number(process.env["LIVELEDGER_BENCH_SECONDS"] ?? 60);

// Run by `bench swarm` in a network of its own.
it("compares", { timeout: 60 * 60_000 }, async () => {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const [server, browser, other] = await Promise.all([LiveServer.start(), openForMany(), Theirs.start()]);
  const broadcast = await LiveBroadcast.create(server, "cbcs", "Bars side by side", 3600);
  broadcast.publish();
  try {
    // Both lists are long enough for who stays 12 s behind.
    await broadcast.untilSegments(12);
    const address = (isTuned: boolean) => async () => other.address(server.url, broadcast.id, await broadcast.ticket(), isTuned);
    const sides: Side[] = [
      ours(async () => broadcast.watchUrl(server.url, await broadcast.ticket())),
      theirs("p2p-media-loader", address(false)),
      theirs("p2p-media-loader, tuned", address(true)),
    ];
    // A server that has not compiled what it does yet is slow for whoever comes first.
    for (const side of sides) await run(browser, side, 2, 6);
    const runs: Run[] = [];
    for (const count of counts) {
      for (const side of sides) {
        const found = await run(browser, side, count, seconds);
        console.error(`${count} pages, ${side.name}: ${(100 * found.whole).toFixed(1)} %, second half ${(100 * found.secondHalf).toFixed(1)} %`);
        runs.push(found);
      }
    }
    const file = process.env["LIVELEDGER_BENCH_REPORT"];
    if (file) writeFileSync(file, JSON.stringify({ load, seconds, runs }));
  } finally {
    await broadcast.stopPublishing();
    await Promise.all([browser.close(), other.stop(), server.stop()]);
  }
});
