import { describe, expect, it } from "vitest";
import { proveChunkFraud, readFraudProof, verifyFraud, writeFraudProof } from "../src/peering/fraudProof.js";
import { keysOfSet } from "../src/peering/jws.js";
import { statementBytes } from "../src/peering/statements.js";
import { toBase64Url } from "../src/verify/base64Url.js";
import { toHex } from "../src/verify/bytes.js";
import { rootOfLeaves } from "../src/verify/chunkTree.js";
import { Ed25519PublicKey } from "../src/verify/ed25519.js";
import { verifyInclusion } from "../src/verify/log/proofs.js";
import { pathOf } from "../src/verify/merklePath.js";
import { hex, readVectors } from "./vectors.js";

interface Vectors {
  issuer: string;
  platform: string;
  sender: string;
  statement: { record: string; chunk: number; leaf: string; signature: string };
  made: { file: string; certificate: string; admission: string; proof: string };
  cases: { name: string; proof: string; identity: string | null; expected: string; convicts: string | null }[];
}

const vectors = readVectors<Vectors>("fraud.json");
const platform = { issuer: vectors.issuer, keys: await keysOfSet({ keys: [{ kty: "OKP", crv: "Ed25519", x: vectors.platform }] }) };

describe("fraud proof vectors, shared with C#", () => {
  it.each(vectors.cases)("$name: $expected", async (given) => {
    const bytes = hex(given.proof);
    const proof = await readFraudProof(bytes);
    const verdict = proof && (await verifyFraud(proof, platform, given.identity === null ? undefined : hex(given.identity)));
    expect(verdict === undefined ? "malformed" : (verdict.convicts ?? verdict.refusal)).toBe(given.expected);
    expect(verdict?.convicts === "peer" ? verdict.admission.peer : verdict?.convicts === "publisher" ? toBase64Url(verdict.identity.bytes) : null).toBe(given.convicts);
    if (proof) expect(toHex(writeFraudProof(proof))).toBe(given.proof);
  });

  it("are of statements that their signer made", async () => {
    const { record, chunk, leaf, signature } = vectors.statement;
    const key = Ed25519PublicKey.parse(hex(vectors.sender));
    expect(await key?.verify(statementBytes(hex(record), chunk, hex(leaf)), hex(signature))).toBe(true);
    expect(await key?.verify(statementBytes(hex(record), chunk + 1, hex(leaf)), hex(signature))).toBe(false);
  });

  it("are made again byte for byte of a record's file, the admission and the statement", async () => {
    const { file, certificate, admission, proof } = vectors.made;
    const { chunk, leaf, signature } = vectors.statement;
    const made = await proveChunkFraud(hex(file), hex(certificate), admission, chunk, hex(leaf), hex(signature));
    expect(made && toHex(made)).toBe(proof);
  });
});

describe("a path", () => {
  it("leads from every leaf of every tree of up to 40 to its root", async () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = new Uint8Array(32 * size).map((_, at) => at >> 5);
      const root = await rootOfLeaves(leaves);
      for (let n = 0; n < size; n++) {
        const { result } = await verifyInclusion(BigInt(n), BigInt(size), leaves.slice(32 * n, 32 * n + 32), await pathOf(leaves, n), root);
        expect(result).toBe("valid");
      }
    }
  });
});
