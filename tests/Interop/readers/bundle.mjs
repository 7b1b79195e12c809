// Verifies an offline bundle, written from docs/formats/bundle.md and the C2SP pages alone: ZIP, signed note, entries, payloads and the root with
// nothing but what comes with Node; anchors, where there are any, in anchors.mjs. Takes the bundle on standard input; prints what it found, or why it refuses.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { readAnchors } from './anchors.mjs';

const ALWAYS = ['README.txt', 'checkpoint', 'log.vkey', 'policy', 'contents', 'entries'];

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

function demand(condition, refusal) {
  if (!condition) throw new Error(refusal);
}

function unzip(archive) {
  const end = archive.length - 22;
  demand(end > 0 && archive.readUInt32LE(end) === 0x06054b50, 'archive: no directory');
  const names = [ALWAYS, [...ALWAYS, 'anchors']].find((form) => form.length === archive.readUInt16LE(end + 10));
  demand(names, 'archive: neither six files nor seven');
  let at = archive.readUInt32LE(end + 16);
  let expected = 0;
  const files = {};
  for (const name of names) {
    demand(archive.readUInt32LE(at) === 0x02014b50 && archive.readUInt16LE(at + 10) === 8, `archive: ${name}`);
    const [packed, length] = [archive.readUInt32LE(at + 20), archive.readUInt32LE(at + 24)];
    const [nameLength, extra, comment] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field));
    const local = archive.readUInt32LE(at + 42);
    demand(nameLength === name.length && extra === 0 && comment === 0 && archive.toString('latin1', at + 46, at + 46 + nameLength) === name, `archive: ${name} is not where it belongs`);
    demand(local === expected && archive.toString('latin1', local + 30, local + 30 + nameLength) === name, `archive: ${name} begins elsewhere`);
    const start = local + 30 + name.length;
    const bytes = inflateRawSync(archive.subarray(start, start + packed), { maxOutputLength: Math.max(1, length) });
    demand(bytes.length === length, `archive: ${name} has another length`);
    files[name] = bytes;
    expected = start + packed + 16;
    at += 46 + nameLength;
  }
  demand(at === end, 'archive: something behind the directory');
  return files;
}

function openCheckpoint(note, vkey) {
  const [, name, id, encoded] = vkey.match(/^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)\n$/) ?? [];
  demand(name, 'key: no vkey');
  const key = Buffer.from(encoded, 'base64');
  demand(key.length === 33 && key[0] === 1, 'key: no Ed25519 key');
  demand(sha256(name, '\n', key).toString('hex', 0, 4) === id, 'key: another id');
  const split = note.lastIndexOf('\n\n');
  const [text, lines] = [note.slice(0, split + 1), note.slice(split + 2).split('\n')];
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key.subarray(1)]);
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  const signatures = lines.map((line) => line.match(/^\u2014 (\S+) (\S+)$/)).filter((line) => line?.[1] === name)
    .map((line) => Buffer.from(line[2], 'base64')).filter((bytes) => bytes.toString('hex', 0, 4) === id);
  demand(signatures.length > 0 && signatures.every((bytes) => verify(null, Buffer.from(text), publicKey, bytes.subarray(4))), 'checkpoint: not signed by this key');
  const [origin, size, root] = text.split('\n');
  demand(origin === name && /^(0|[1-9][0-9]*)$/.test(size), 'checkpoint: not of this log');
  return { origin, size: BigInt(size), root: Buffer.from(root, 'base64') };
}

function readContents(text) {
  const [first, broadcast, ...lines] = text.split('\n');
  demand(first === 'liveledger-bundle@v1' && broadcast.startsWith('broadcast ') && lines.pop() === '', 'contents: not this format');
  const heads = new Map();
  for (const line of lines) {
    const [, version, index, name] = line.match(/^stream (0|[1-9][0-9]*) (0|[1-9][0-9]*) ([A-Za-z0-9/._-]{1,200})$/) ?? [];
    demand(name && !heads.has(name), `contents: ${line}`);
    heads.set(name, { version: BigInt(version), index: BigInt(index), next: 0n });
  }
  demand(heads.has(`broadcast/${broadcast.slice('broadcast '.length)}`), 'contents: not the stream of the broadcast itself');
  return { broadcast: broadcast.slice('broadcast '.length), heads };
}

// The tree so far: full subtrees from left to right, each half as large as the one before or less.
class Tree {
  size = 0n;
  subtrees = [];

  append(leaves, hash) {
    this.subtrees.push({ leaves, hash });
    this.size += leaves;
    for (let last; this.subtrees.length > 1 && (last = this.subtrees.at(-1)).leaves === this.subtrees.at(-2).leaves;) {
      this.subtrees.pop();
      const left = this.subtrees.pop();
      this.subtrees.push({ leaves: 2n * last.leaves, hash: sha256(Buffer.of(1), left.hash, last.hash) });
    }
  }

  get root() {
    return this.subtrees.length === 0 ? sha256('') : this.subtrees.map((s) => s.hash).reduceRight((right, left) => sha256(Buffer.of(1), left, right));
  }
}

function* between(start, end) {
  while (start < end) {
    let leaves = 1n;
    while (start % (2n * leaves) === 0n && start + 2n * leaves <= end) leaves *= 2n;
    yield leaves;
    start += leaves;
  }
}

function readEntry(entry) {
  const text = (at) => entry.toString('utf8', at + 2, at + 2 + entry.readUInt16BE(at));
  const stream = text(17);
  const version = entry.readBigUInt64BE(19 + entry.readUInt16BE(17));
  return { stream, version, digest: entry.subarray(-32) };
}

function check(entries, { size, root }, heads) {
  const tree = new Tree();
  let [at, count] = [0, 0];
  const take = (length) => {
    demand(at + length <= entries.length, 'entries: cut off');
    at += length;
    return entries.subarray(at - length, at);
  };
  for (;;) {
    const index = take(8).readBigUInt64BE();
    demand(index >= tree.size && index <= size, `entries: index ${index}`);
    for (const leaves of between(tree.size, index)) tree.append(leaves, take(32));
    if (index === size) break;
    const entry = take(take(2).readUInt16BE());
    const salt = take(16);
    const payload = take(take(4).readUInt32BE());
    tree.append(1n, sha256(Buffer.of(0), entry));
    const { stream, version, digest } = readEntry(entry);
    demand(sha256(salt, payload).equals(digest), `entries: payload of ${index}`);
    const head = heads.get(stream);
    demand(head && head.next++ === version && version <= head.version && (version < head.version || head.index === index), `entries: ${version} of ${stream}`);
    count++;
  }
  demand(at === entries.length, 'entries: something behind the last');
  for (const [name, head] of heads) demand(head.next === head.version + 1n, `entries: ${name} is not whole`);
  demand(tree.root.equals(root), 'entries: another root');
  return count;
}

try {
  const files = unzip(readFileSync(0));
  const head = openCheckpoint(files.checkpoint.toString(), files['log.vkey'].toString());
  const { broadcast, heads } = readContents(files.contents.toString('latin1'));
  const anchors = files.anchors ? readAnchors(files.anchors, head.origin, head) : [];
  const entries = check(files.entries, head, heads);
  process.stdout.write(JSON.stringify({ refusal: null, broadcast, entries, streams: heads.size, size: Number(head.size), anchors, key: files['log.vkey'].toString().trim() }));
} catch (refusal) {
  process.stdout.write(JSON.stringify({ refusal: refusal.message }));
}
