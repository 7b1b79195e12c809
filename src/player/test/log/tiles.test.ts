import { describe, expect, it } from "vitest";
import { concatBytes, sameBytes, toHex } from "../../src/verify/bytes.js";
import { leafHash, nodeHash } from "../../src/verify/merkle.js";
import { verifyConsistency, verifyInclusion } from "../../src/verify/log/proofs.js";
import { hashInTile, locate, parseBundle, tilePath, tileWidth } from "../../src/verify/log/tiles.js";
import { consistencyRanges, hashOf, type NodeReader, siblingsOf } from "../../src/verify/log/treeShape.js";
import { hex, readVectors } from "../vectors.js";
import { sampleTree } from "./sampleTree.js";

const { inclusion, consistency } = readVectors<{
  inclusion: { name: string; index: string; size: string; leaf: string; hashes: string[]; root: string }[];
  consistency: { name: string; from: string; to: string; oldRoot: string; newRoot: string; hashes: string[] }[];
}>("log.json");

const tree = sampleTree(66_000);

/** Reads nodes from the tiles of a tree of `size`, and notes which tiles. */
function tiled(size: bigint): { read: NodeReader; paths: Set<string> } {
  const paths = new Set<string>();
  return {
    paths,
    read: (node) => {
      const at = locate(size, node);
      if (!at) throw new RangeError(`no node ${node.index} on level ${node.level} in a tree of ${size}`);
      paths.add(tilePath(at.tile));
      const first = Number(at.tile.index) * 256;
      return hashInTile(concatBytes(...tree.slice(8 * (at.tile.level as number), first, first + at.tile.width)), at.offset, at.count);
    },
  };
}

describe("Proofs made from tiles", () => {
  it.each(inclusion.filter(({ name }) => name === "as made"))("are C#'s for entry $index of $size", async ({ index, size, leaf, hashes, root }) => {
    const { read, paths } = tiled(BigInt(size));
    const made = await Promise.all(siblingsOf(BigInt(index), BigInt(size)).map((range) => hashOf(range, read)));
    expect(made.map(toHex)).toEqual(hashes);
    expect(paths.size).toBeLessThanOrEqual(6);
    const { result, steps } = await verifyInclusion(BigInt(index), BigInt(size), hex(leaf), made, hex(root));
    expect(result).toBe("valid");
    expect(toHex(steps.at(-1)?.hash ?? hex(leaf))).toBe(root);
  });

  it.each(consistency.filter(({ name, from, to }) => name === "as made" && from !== to))("are C#'s from $from to $to", async ({ from, to, oldRoot, newRoot, hashes }) => {
    const { read } = tiled(BigInt(to));
    const made = await Promise.all(consistencyRanges(BigInt(from), BigInt(to)).map((range) => hashOf(range, read)));
    expect(made.map(toHex)).toEqual(hashes);
    expect(await verifyConsistency(BigInt(from), BigInt(to), hex(oldRoot), hex(newRoot), made)).toBe("valid");
  });

  it("are sound for every place in every tree of up to 40 leaves", async () => {
    for (let size = 1; size <= 40; size++) {
      const root = tree.root(size);
      const { read } = tiled(BigInt(size));
      for (let index = 0; index < size; index++) {
        const hashes = await Promise.all(siblingsOf(BigInt(index), BigInt(size)).map((range) => hashOf(range, read)));
        const [leaf = root] = tree.slice(0, index, index + 1);
        expect((await verifyInclusion(BigInt(index), BigInt(size), leaf, hashes, root)).result).toBe("valid");
        if (size > 1) expect((await verifyInclusion(BigInt((index + 1) % size), BigInt(size), leaf, hashes, root)).result).not.toBe("valid");
      }
    }
  });

  it("are not for a node that is not full in the tree", () => {
    expect(locate(300n, { level: 8, index: 1n })).toBeUndefined();
    expect(locate(300n, { level: 0, index: 300n })).toBeUndefined();
    expect(locate(300n, { level: 0, index: 299n })).toEqual({ tile: { level: 0, index: 1n, width: 44 }, offset: 43, count: 1 });
  });
});

describe("Tiles of a tree", () => {
  it("are as wide as tlog-tiles says", () => {
    expect([tileWidth(256n, 0, 0n), tileWidth(256n, 0, 1n), tileWidth(256n, 1, 0n)]).toEqual([256, 0, 1]);
    expect([tileWidth(70_000n, 0, 272n), tileWidth(70_000n, 0, 273n), tileWidth(70_000n, 1, 1n), tileWidth(70_000n, 2, 0n)]).toEqual([256, 112, 17, 1]);
    expect(tileWidth(2n ** 63n - 1n, 7, 0n)).toBe(127);
  });

  it("hash to the nodes above them", async () => {
    const leaves = tree.slice(0, 0, 4);
    const [a, b, c, d] = leaves as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const tile = concatBytes(...leaves);
    expect(sameBytes(await hashInTile(tile, 0, 4), await nodeHash(await nodeHash(a, b), await nodeHash(c, d)))).toBe(true);
    expect(sameBytes(a, await leafHash(Uint8Array.of(0, 0, 0, 0)))).toBe(true);
  });
});

describe("An entry bundle", () => {
  const bundle = Uint8Array.of(0, 2, 7, 8, 0, 0, 0, 1, 9);

  it("is taken apart", () => {
    expect(parseBundle(bundle, 3)).toEqual([Uint8Array.of(7, 8), new Uint8Array(0), Uint8Array.of(9)]);
  });

  it.each([[bundle, 2], [bundle, 4], [bundle.slice(0, 8), 3], [bundle.slice(0, 5), 2], [Uint8Array.of(0xff, 0xff, 1), 1]])(
    "of another shape is refused (%#)",
    (bytes, width) => {
      expect(parseBundle(bytes, width)).toBeUndefined();
    },
  );
});
