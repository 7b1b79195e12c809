import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inOwnNetwork } from "../support/ownNetwork.js";
import type { ProofRun, Spent } from "./proof.inside.js";
import type { Talk } from "./proofCosts.js";
import { atMost, info, type Measure, print } from "./report.js";

const receipt = 16;
const chunkSize = 16_384;

/** What server and relay take, measured by the program before. */
interface Native {
  readonly conditions: Readonly<Record<string, string>>;
  readonly measures: readonly Measure[];
}

it("is measured", { timeout: 25 * 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "liveledger-bench-"));
  try {
    const file = join(folder, "run.json");
    process.env["LIVELEDGER_BENCH_REPORT"] = file;
    process.env["LIVELEDGER_BENCH_OF"] = "signing";
    const failed = (await inOwnNetwork("bench/proof.inside.ts", 20)).find(({ failure }) => failure !== undefined);
    if (failed) throw new Error(failed.failure);
    const run = JSON.parse(readFileSync(file, "utf8")) as ProofRun;
    const also = process.env["LIVELEDGER_BENCH_ALSO"];
    const native = also ? (JSON.parse(readFileSync(also, "utf8")) as Native) : { conditions: {}, measures: [] };
    const measures = [...native.measures, ...traffic(run), ...processor(run)];
    const conditions = {
      ...native.conditions,
      "page-cores": `${cpus().length}, shared by server, browser and two Node peers; load when it began: ${run.load}`,
      stream: `${run.source}, 1280x720 at 24, 8 Mb/s and sound of 128 kb/s, made beforehand; segments of 2 s, cbcs`,
      page: `one Watch page in Chromium that plays with two Node peers and serves them for ${run.seconds.toFixed(0)} s`,
      "page-bytes": "statements and receipts, both ways, and what was handed in, in percent of the chunks that came and went between the page and its neighbours",
      "page-processor": `each signature done ${run.repeats} times more, with the hash of a chunk, and each check of a receipt, in ${run.pairs.length} spans between as many without: what the page's processes took beyond, by one of them; to that what of the page's thread the profiler saw in signing. As if each chunk of the stream were passed on: what was not signed is added at the price of what was`,
    };
    print("reputation", conditions, measures);
    expect(measures.filter(({ pass }) => !pass).map(({ id }) => id)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function traffic({ seconds, talk: { before, after } }: ProofRun): Measure[] {
  const grew = (of: (talk: Talk) => number) => of(after) - of(before);
  const media = grew(({ chunks, chunksGiven }) => chunks + chunksGiven);
  const [statements, filed] = [grew((talk) => talk.statements + talk.statementsGiven), grew((talk) => talk.filed)];
  const receipts = grew(({ taken, given }) => (taken[receipt] ?? 0) + (given[receipt] ?? 0));
  const percent = (part: number) => (100 * part) / media;
  const rate = (bytes: number) => (8 * bytes) / seconds / 1e6;
  return [
    info("page-took", rate(grew(({ chunks }) => chunks)), "Mb/s"), info("page-gave", rate(grew(({ chunksGiven }) => chunksGiven)), "Mb/s"),
    info("page-statement-bytes", percent(statements), "% of bytes"), info("page-receipt-bytes", percent(receipts + filed), "% of bytes"),
    atMost("page-bytes", percent(statements + receipts + filed), "% of bytes", 1),
  ];
}

/** What signing takes of a processor, in percent of one. */
function processor({ pairs, repeats, onPage, bytes, seconds }: ProofRun): Measure[] {
  const sum = (spent: readonly Spent[], of: (one: Spent) => number) => spent.reduce((all, one) => all + of(one), 0);
  const [usual, repeated] = [pairs.map((pair) => pair.usual), pairs.map((pair) => pair.repeated)];
  const rate = (spent: readonly Spent[], of: (one: Spent) => number) => sum(spent, of) / sum(spent, ({ seconds }) => seconds);
  // By signature: how many there are differs from span to span.
  const each = (rate(repeated, ({ processor }) => processor) - rate(usual, ({ processor }) => processor)) / repeats / rate(repeated, ({ signed }) => signed);
  const [signed, digests] = [rate(usual, (one) => one.signed), rate(usual, (one) => one.digests)];
  const wanted = Math.max(signed, bytes / seconds / chunkSize);
  const script = ((onPage.signing + (onPage.hashing * signed) / digests) / 1000 / signed) * wanted;
  return [
    info("page-signatures", signed, "a second"), info("page-signature", 1e6 * each, "us"), info("page-webcrypto", 100 * each * wanted, "% of a core"), info("page-script", 100 * script, "% of a core"),
    info("page-processor", 100 * rate(usual, (one) => one.processor), "% of a core"),
    atMost("page", 100 * (each * wanted + script), "% of a core", 3),
  ];
}
