import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inOwnNetwork } from "../support/ownNetwork.js";
import type { ProofRun, Spent } from "./proof.inside.js";
import type { Talk } from "./proofCosts.js";
import { atMost, info, type Measure, print } from "./report.js";

const types = { hello: 1, proof: 2, have: 3, want: 4, chunks: 5, wantRecord: 8, wantInit: 9, piece: 10 } as const;

it("is measured", { timeout: 25 * 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "liveledger-bench-"));
  try {
    const file = join(folder, "run.json");
    process.env["LIVELEDGER_BENCH_REPORT"] = file;
    const failed = (await inOwnNetwork("bench/proof.inside.ts", 20)).find(({ failure }) => failure !== undefined);
    if (failed) throw new Error(failed.failure);
    const run = JSON.parse(readFileSync(file, "utf8")) as ProofRun;
    const measures = [...traffic(run), ...processor(run)];
    const conditions = {
      cores: `${cpus().length}, shared by server, browser and two Node peers; load when it began: ${run.load}`,
      stream: `${run.source}, 1280x720 at 24, 8 Mb/s and sound of 128 kb/s, made beforehand; segments of 2 s, cbcs`,
      page: `one Watch page in Chromium that plays with two Node peers for ${run.seconds.toFixed(0)} s; everything is verified`,
      bytes: "of what came while it played, by message and by answer; opening a link and the certificate are of the whole run",
      processor: `each digest and each check of a signature done ${run.repeats} times more, in ${run.pairs.length} spans between as many without: what the page's processes took beyond, by one of them; to that all that the verifier's thread took, and what of the page's thread the profiler saw in hashing. What is small is hashed by script, in the verifier. What WebCrypto takes on those two threads is in it twice`,
    };
    print("proof", conditions, measures);
    expect(measures.filter(({ pass }) => !pass).map(({ id }) => id)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** What came to the page beside the media, in percent of the media. */
function traffic({ bytes, peers, seconds, talk: { before, after } }: ProofRun): Measure[] {
  const grew = (of: (talk: Talk) => number) => of(after) - of(before);
  const taken = (type: number) => grew((talk) => talk.taken[type] ?? 0);
  const given = (type: number) => grew((talk) => talk.given[type] ?? 0);
  const records = grew(({ http }) => http.records) + taken(types.piece);
  const asked = given(types.wantRecord) + given(types.wantInit);
  // Without what is stated of chunks: it convicts, and verifies nothing (`bench reputation`).
  const framing = taken(types.chunks) - grew(({ chunks, statements }) => chunks + statements);
  // Paid once, however long the page plays: of the whole run, against the media of the part that was looked at.
  const once = [types.hello, types.proof].reduce((sum, type) => sum + (after.taken[type] ?? 0) + (after.given[type] ?? 0), after.http.certificate);
  const percent = (part: number) => (100 * part) / bytes;
  return [
    info("media", (8 * bytes) / seconds / 1e6, "Mb/s"), info("from-peers", (100 * peers) / bytes, "% of bytes"),
    info("records", percent(records), "% of media"), info("asking-for-records", percent(asked), "% of media"), info("around-chunks", percent(framing), "% of media"), info("links-and-certificate", percent(once), "% of media"),
    info("haves-and-wants", percent(taken(types.have) + given(types.want)), "% of media"), info("http-headers-of-records", percent(grew(({ http }) => http.recordHeaders)), "% of media"),
    atMost("proof-bytes", percent(records + asked + framing + once), "% of media", 0.5),
  ];
}

/** What verifying takes of a processor, in percent of one. */
function processor({ pairs, repeats, onPage }: ProofRun): Measure[] {
  const sum = (spent: readonly Spent[], of: (one: Spent) => number) => spent.reduce((all, one) => all + of(one), 0);
  const [usual, repeated] = [pairs.map((pair) => pair.usual), pairs.map((pair) => pair.repeated)];
  const rate = (spent: readonly Spent[], of: (one: Spent) => number) => sum(spent, of) / sum(spent, ({ seconds }) => seconds);
  const hashing = (100 * (rate(repeated, ({ processor }) => processor) - rate(usual, ({ processor }) => processor))) / repeats;
  const verifier = 100 * rate(usual, (one) => one.verifier);
  const page = onPage.hashing / 10;
  return [
    info("digests", rate(usual, ({ digests }) => digests), "a second"), info("hashed", rate(usual, ({ bytes }) => bytes) / 1e6, "MB/s"), info("signatures", rate(usual, ({ signatures }) => signatures), "a second"),
    info("page-processor", 100 * rate(usual, (one) => one.processor), "% of a core"),
    info("webcrypto", hashing, "% of a core"), info("verifier-thread", verifier, "% of a core"), info("hashing-on-page", page, "% of a core"),
    atMost("verification", hashing + verifier + page, "% of a core", 2),
  ];
}
