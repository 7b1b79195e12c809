import { readFileSync } from "node:fs";
import { keccak256, toHex } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { solidity } from "../scripts/publish.mjs";
import { Chain, type Contract } from "./support/chain.js";

type Vectors = {
  entries: { name: string; bytes: string; leaf: string | null; fields: { stream: string; type: string; recordedAt: number; payloadDigest: string } | null }[];
  inclusion: { name: string; index: number | string; size: number | string; leaf: string; hashes: string[]; root: string; expected: string }[];
};

/** The log's own vectors, which C# and the player keep to. Numbers past 2^53 are read as text. */
const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../tests/Vectors/log.json", import.meta.url), "utf8").replace(/("(?:index|size|recordedAt)": ?)(\d+)/g, '$1"$2"'),
);
/** What the contracts do not look at: a text is compared whole with what it should be, or not at all. */
const charactersAlone = ["a control character", "a delete character", "not UTF-8"];

let chain: Chain;
let readers: Contract;
beforeAll(async () => {
  chain = await Chain.start();
  readers = (await chain.deploy(chain.account(0), solidity({ Readers: "test/support/Readers.sol" })["Readers"]!)).contract;
});
afterAll(() => chain?.stop());

it("entries of the log's vectors are read as everywhere", async () => {
  let read = 0;
  for (const { name, bytes, leaf, fields } of vectors.entries) {
    const parsing = chain.read(readers, "parse", [`0x${bytes}`]);
    if (!fields) {
      if (charactersAlone.includes(name)) await parsing;
      else await expect(parsing, name).rejects.toThrow("MalformedEntry");
      continue;
    }
    expect(await parsing, name).toEqual({
      stream: keccak256(toHex(fields.stream)), kind: keccak256(toHex(fields.type)), recordedAt: BigInt(fields.recordedAt), payloadDigest: `0x${fields.payloadDigest}`,
    });
    expect(await chain.read(readers, "leafHash", [`0x${bytes}`])).toBe(`0x${leaf}`);
    read++;
  }
  expect(read).toBeGreaterThan(3);
});

it("inclusion proofs of the log's vectors verify, or do not, as everywhere", async () => {
  expect(vectors.inclusion.length).toBeGreaterThan(20);
  for (const { name, index, size, leaf, hashes, root, expected } of vectors.inclusion) {
    const verified = await chain.read(readers, "includes", [`0x${root}`, BigInt(size), BigInt(index), `0x${leaf}`, hashes.map((hash) => `0x${hash}`)]);
    expect(verified, `${name}: ${index} of ${size}`).toBe(expected === "valid");
  }
});
