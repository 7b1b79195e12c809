// Verifies the anchors of an offline bundle, written from docs/formats/bundle.md, docs/formats/anchor-receipt.md, RFC 9162 §2.1.4.2, EIP-1186 and the
// yellow paper's appendices B to D alone. Keccak-256 and RLP are those of ethers.
import { createHash } from 'node:crypto';
import { decodeRlp, keccak256, toBeHex, zeroPadValue } from 'ethers';

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const node = (left, right) => sha256(Buffer.of(1), left, right);

function demand(condition, refusal) {
  if (!condition) throw new Error(refusal);
}

// RFC 9162 §2.1.4.2: both roots come of one path, the old one of those of its hashes that stand on the left.
function extended(old, grown, hashes) {
  if (old.size === grown.size) return hashes.length === 0 && old.root.equals(grown.root);
  const path = [...((old.size & (old.size - 1n)) === 0n ? [old.root] : []), ...hashes];
  let [fn, sn] = [old.size - 1n, grown.size - 1n];
  for (; fn & 1n; fn >>= 1n) sn >>= 1n;
  let [first, second] = [path[0], path[0]];
  for (const hash of path.slice(1)) {
    if (sn === 0n) return false;
    if (fn & 1n || fn === sn) {
      first = node(hash, first);
      second = node(hash, second);
      for (; fn !== 0n && !(fn & 1n); fn >>= 1n) sn >>= 1n;
    } else {
      second = node(second, hash);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return path.length > 0 && sn === 0n && first.equals(old.root) && second.equals(grown.root);
}

// Follows the hash of a key from a trie's root through the nodes of a proof; what stands there, or null if it proves that nothing does.
function lookUp(root, key, nodes) {
  const path = keccak256(key).slice(2);
  let [at, used, wanted, inside] = [0, 0, root, null];
  for (;;) {
    if (inside === null) {
      demand(used < nodes.length && keccak256(nodes[used]) === wanted, 'anchors: a node is not the one that is named');
      inside = decodeRlp(nodes[used++]);
    }
    demand(Array.isArray(inside) && (inside.length === 17 || inside.length === 2), 'anchors: no node');
    let next;
    if (inside.length === 17) {
      next = inside[Number(`0x${path[at++]}`)];
    } else {
      const prefix = inside[0].slice(2);
      const flag = Number(`0x${prefix[0]}`);
      const part = prefix.slice(flag & 1 ? 1 : 2);
      const fits = path.startsWith(part, at);
      if (flag & 2 || !fits) {
        demand(used === nodes.length, 'anchors: nodes are left over');
        return fits && at + part.length === path.length ? inside[1] : null;
      }
      at += part.length;
      next = inside[1];
    }
    if (next === '0x') {
      demand(used === nodes.length, 'anchors: nodes are left over');
      return null;
    }
    [inside, wanted] = Array.isArray(next) ? [next, null] : [null, next];
  }
}

const word = (value) => zeroPadValue(value, 32);
const entry = (key, slot) => keccak256(word(key) + word(slot).slice(2));

function readReceipt(line, { size, root }, origin) {
  const receipt = JSON.parse(line);
  demand(receipt.format === 'liveledger-anchor-receipt/1', 'anchors: no receipt');
  demand(receipt.size === `${size}` && receipt.root === `0x${root.toString('hex')}` && receipt.origin === `0x${sha256(origin).toString('hex')}`, 'anchors: the receipt of something else');
  const header = decodeRlp(receipt.header);
  const account = lookUp(header[3], receipt.contract, receipt.account);
  demand(account !== null, 'anchors: no such contract');
  const [, , storage, code] = decodeRlp(account);
  const slot = entry(toBeHex(size), entry(receipt.origin, entry(receipt.submitter, '0x')));
  const kept = lookUp(storage, slot, receipt.storage);
  demand(kept !== null && zeroPadValue(decodeRlp(kept), 32) === receipt.root, 'anchors: another root is anchored');
  return { chain: receipt.chain, contract: receipt.contract, submitter: receipt.submitter, code, block: Number(header[8]), blockHash: keccak256(receipt.header), size: Number(size) };
}

export function readAnchors(file, origin, head) {
  const lines = file.toString('latin1').split('\n');
  demand(lines.pop() === '' && lines.length > 0, 'anchors: cut off');
  const anchors = [];
  while (lines.length > 0) {
    const [, size, root] = lines.shift().match(/^anchor ([1-9][0-9]*) ([A-Za-z0-9+/]{43}=)$/) ?? [];
    demand(size && lines.length > 0 && anchors.length < 4, 'anchors: no anchor');
    const tree = { size: BigInt(size), root: Buffer.from(root, 'base64') };
    demand(tree.size <= head.size && (anchors.length === 0 || tree.size < BigInt(anchors.at(-1).size)), 'anchors: out of order');
    const receipt = lines.shift();
    const hashes = [];
    while (lines.length > 0 && !lines[0].startsWith('anchor ')) {
      const [hash] = lines.shift().match(/^[A-Za-z0-9+/]{43}=$/) ?? [];
      demand(hash, 'anchors: no hash');
      hashes.push(Buffer.from(hash, 'base64'));
    }
    demand(extended(tree, head, hashes), `anchors: the tree of size ${size} is not extended`);
    anchors.push(readReceipt(receipt, tree, origin));
  }
  return anchors;
}
