import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";
import { openCrowd } from "../nodePeers/crowd.js";
import { openForMany } from "../support/chromium.js";
import { LiveBroadcast, LiveServer } from "../support/liveServer.js";
import { repository } from "../support/repository.js";
import { shares, watchers } from "../support/swarmPages.js";
import { sleep, until } from "../support/until.js";
import { statsOf } from "../support/watchPage.js";
import { type Hashing, instrument, ProofCosts, type Repeated, type Talk } from "./proofCosts.js";

/** What a page that plays 8 Mb/s with two neighbours was seen to do and to cost. */
export interface ProofRun {
  readonly load: string;
  readonly source: string;
  readonly seconds: number;
  /** Of the media that was played. */
  readonly bytes: number;
  readonly peers: number;
  readonly talk: { readonly before: Talk; readonly after: Talk };
  /** Pairs of times: as ever, and with each digest and check of a signature, or each signature, done `repeats` times more. */
  readonly repeats: number;
  readonly pairs: readonly { readonly usual: Spent; readonly repeated: Spent }[];
  /** Milliseconds of the page's own thread a second. */
  readonly onPage: { readonly hashing: number; readonly signing: number };
}

export interface Spent extends Hashing {
  readonly seconds: number;
  /** Processor seconds of the page's processes, and of the verifier's thread. */
  readonly processor: number;
  readonly verifier: number;
}

const pairs = Number(process.env["LIVELEDGER_BENCH_PAIRS"] ?? 4);
const seconds = 10;
const repeats = 16;
/** What is looked at. */
const of: Repeated = process.env["LIVELEDGER_BENCH_OF"] === "signing" ? "signing" : "checks";
const profiled = 15;

// The stream is made beforehand: what encodes it would take half of the machine that is measured.
function make(file: string, length: number): string {
  const media = join(process.env["LIVELEDGER_SHARED"] ?? join(repository, "..", "shared"), "media", "bbb-480p-30s.mp4");
  const source = existsSync(media) ? ["-stream_loop", "-1", "-i", media] : ["-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=24", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"];
  execFileSync("ffmpeg", [
    "-nostdin", "-loglevel", "error", ...source, "-map", "0:v:0", "-map", existsSync(media) ? "0:a:0" : "1:a:0", "-t", String(length), "-vf", "scale=1280:720,fps=24,noise=alls=24:allf=t", "-pix_fmt", "yuv420p",
    "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "8M", "-minrate", "8M", "-maxrate", "8M", "-bufsize", "8M", "-x264-params", "nal-hrd=cbr:filler=0", "-g", "48", "-keyint_min", "48", "-sc_threshold", "0",
    "-c:a", "aac", "-ac", "2", "-b:a", "128k", file,
  ]);
  return existsSync(media) ? "Big Buck Bunny with noise" : "a test picture with noise";
}

// Run by `bench proof` in a network of its own.
it("costs", { timeout: 20 * 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "liveledger-proof-"));
  const clip = join(folder, "clip.mp4");
  const source = make(clip, 75 + 2 * pairs * (seconds + 2) + profiled);
  const [server, browser] = await Promise.all([LiveServer.start(), openForMany()]);
  const broadcast = await LiveBroadcast.create(server, "cbcs", "What proof costs", 3600);
  broadcast.publishClip(clip);
  const nodes: Awaited<ReturnType<typeof openCrowd>> = [];
  try {
    await broadcast.untilSegments(5, 2);
    nodes.push(...(await openCrowd(server.url, broadcast, 2, 0, () => ({ quality: "best" }))));
    const [page] = await watchers({ server, broadcast }, browser, 1, shares("on"), instrument);
    if (!page) throw new Error("no page");
    await until("two neighbours, and bytes of theirs", 60, async () => ((await statsOf(page)).swarm?.counts.peers ?? 0) > 4_000_000);
    const costs = await ProofCosts.of(browser, page);
    const load = (loadavg()[0] ?? 0).toFixed(1);
    const had = async () => {
      const { bytes, swarm } = await statsOf(page);
      return { bytes, peers: swarm?.counts.peers ?? 0, at: performance.now(), talk: await costs.talk() };
    };
    const before = await had();
    const spend = async (extra: number): Promise<Spent> => {
      await costs.repeat(of, extra);
      await sleep(1000);
      const look = async () => ({ at: performance.now(), processor: await costs.processor(), verifier: costs.verifier(), ...(await costs.hashing()) });
      const first = await look();
      await sleep(1000 * seconds);
      const last = await look();
      await costs.repeat(of, 0);
      await sleep(1000);
      return {
        seconds: (last.at - first.at) / 1000, processor: last.processor - first.processor, verifier: last.verifier - first.verifier, digests: last.digests - first.digests,
        bytes: last.bytes - first.bytes, signatures: last.signatures - first.signatures, signed: last.signed - first.signed,
      };
    };
    const found: { usual: Spent; repeated: Spent }[] = [];
    for (let n = 0; n < pairs; n++) found.push({ usual: await spend(0), repeated: await spend(repeats) });
    const onPage = await costs.onPage(profiled);
    const after = await had();
    const run: ProofRun = {
      load, source, seconds: (after.at - before.at) / 1000, bytes: after.bytes - before.bytes, peers: after.peers - before.peers, talk: { before: before.talk, after: after.talk }, repeats, pairs: found, onPage,
    };
    console.error(JSON.stringify(run));
    const file = process.env["LIVELEDGER_BENCH_REPORT"];
    if (file) writeFileSync(file, JSON.stringify(run));
  } finally {
    for (const node of nodes) node.close();
    await broadcast.stopPublishing();
    await Promise.all([browser.close(), server.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
});
