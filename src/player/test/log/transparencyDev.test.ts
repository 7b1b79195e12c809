import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fromBase64 } from "../../src/verify/log/base64.js";
import { verifyConsistency, verifyInclusion } from "../../src/verify/log/proofs.js";
import { repositoryRoot } from "../vectors.js";

interface Case { wantErr: boolean; proof: string[] | null; leafIdx: number; treeSize: number; root: string | null; leafHash: string | null; size1: number; size2: number; root1: string | null; root2: string | null }

const folder = join(process.env["LIVELEDGER_SHARED"] ?? join(repositoryRoot(), "..", "shared"), "vectors", "rfc6962");

/** Some cases hold nothing, which is no hash; others hold words ("don't care 2") where hashes belong: a hash of the word stands for it, so that the proof decides and not a length. */
function hash(text: string) {
  const bytes = fromBase64(text);
  return bytes?.length === 32 ? bytes : new Uint8Array(createHash("sha256").update(text).digest());
}

function casesIn(kind: string): Case[] {
  const files = readdirSync(join(folder, kind), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return files.map((name) => JSON.parse(readFileSync(join(folder, kind, name), "utf8")) as Case);
}

// The published files of transparency-dev/merkle, which lie beside the repository and not in it.
describe.runIf(existsSync(folder))("The good and bad proofs of transparency-dev/merkle come out as published", () => {
  it("inclusion", async () => {
    const cases = casesIn("inclusion");
    for (const { wantErr, proof, leafIdx, treeSize, root, leafHash } of cases) {
      const good = root && leafHash && (await verifyInclusion(BigInt(leafIdx), BigInt(treeSize), hash(leafHash), (proof ?? []).map(hash), hash(root))).result === "valid";
      expect(Boolean(good)).toBe(!wantErr);
    }
    expect(cases.filter(({ wantErr }) => wantErr).length).toBeGreaterThan(50);
  });

  it("consistency", async () => {
    const cases = casesIn("consistency");
    for (const { wantErr, proof, size1, size2, root1, root2 } of cases) {
      const good = root1 && root2 && (await verifyConsistency(BigInt(size1), BigInt(size2), hash(root1), hash(root2), (proof ?? []).map(hash))) === "valid";
      expect(Boolean(good)).toBe(!wantErr);
    }
    expect(cases.filter(({ wantErr }) => wantErr).length).toBeGreaterThan(50);
  });
});
