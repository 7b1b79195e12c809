import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inOwnNetwork } from "../support/ownNetwork.js";
import { measuresOf, print } from "./report.js";
import type { Run } from "./side.js";

it("is measured", { timeout: 65 * 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "liveledger-bench-"));
  try {
    const file = join(folder, "runs.json");
    process.env["LIVELEDGER_BENCH_REPORT"] = file;
    const failed = (await inOwnNetwork("bench/beside.inside.ts", 60)).find(({ failure }) => failure !== undefined);
    if (failed) throw new Error(failed.failure);
    const { load, seconds, runs } = JSON.parse(readFileSync(file, "utf8")) as { load: string; seconds: number; runs: Run[] };
    const measures = [...new Set(runs.map(({ pages }) => pages))].flatMap((pages) => measuresOf(pages, runs.filter((run) => run.pages === pages)));
    const conditions = {
      cores: `${cpus().length}, shared by encoder, server, browser and all pages; load when it began: ${load}`,
      stream: "colour bars with noise, 640x360 and 320x180 and sound, 0.9 Mb/s together, segments of 2 s; the same broadcast for all three sides, one after the other",
      pages: `contexts of one Chromium, one opened every 2 s; counted from each page's opening until all have played for ${seconds} s, the second half being the last ${seconds / 2} s`,
      ours: "the Watch page, three segments behind the edge; every chunk checked before it is played or passed on; each page is told that it has a machine of its own, with nothing else to do",
      "p2p-media-loader": "2.3.1 with hls.js 1.7.4 without a worker (it hands out what a worker has taken) and ClearKey, bittorrent-tracker 11.2.3; default: its settings and hls.js's; tuned: 12 s behind the edge, windows of 4, 8 and 30 s, 4 downloads from peers at once; it checks nothing",
    };
    print("swarm", conditions, measures);
    expect(measures.filter(({ pass }) => !pass).map(({ id }) => id)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
