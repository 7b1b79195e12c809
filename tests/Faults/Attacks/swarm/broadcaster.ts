import { SeededRandom } from "../../../../src/player/src/swarm/random.js";
import type { SegmentFacts } from "../../../../src/player/src/swarm/recordBook.js";
import { type SegmentName, trackTag } from "../../../../src/player/src/peering/segmentName.js";
import type { PeerKey } from "../../../../src/player/src/peering/peerKey.js";
import { type Bytes, concatBytes } from "../../../../src/player/src/verify/bytes.js";
import { cborHead } from "../../../../src/player/src/verify/cbor.js";
import { checkCertificate, checkRecord } from "../../../../src/player/src/verify/checks.js";
import { chunkSize, leavesOf, rootOfLeaves } from "../../../../src/player/src/verify/chunkTree.js";
import { keyThumbprint } from "../../../../src/player/src/verify/coseSign1.js";
import { sha256 } from "../../../../src/player/src/verify/sha256.js";
import type { SignerCertificate } from "../../../../src/player/src/verify/signerCertificate.js";
import { seededKey } from "./steadyCrypto.js";
import { admittedAt } from "../../../../src/player/test/swarm/admitted.js";

export const broadcast: Bytes = Uint8Array.from({ length: 16 }, (_, at) => at + 1);
const track = "0";
const usualLastBytes = 5000;

/** A segment as it was published. */
export interface Published {
  readonly name: SegmentName;
  readonly bytes: Bytes;
  readonly file: Bytes;
  readonly facts: SegmentFacts;
}

/** A broadcaster with an identity, a session key, and records that it signed (docs/formats/segment-record.md). */
export interface Broadcaster {
  readonly identity: PeerKey;
  readonly certificateFile: Bytes;
  readonly certificate: SignerCertificate;
  readonly track: bigint;
  readonly segments: readonly Published[];
  /** Another segment for a slot, validly signed too: what no honest publisher makes. Its last chunk has so many bytes. */
  again(sequence: number, lastBytes?: number): Promise<Published>;
}

/** @param chunks Of each segment; all but the last are full. */
export async function newBroadcaster(segments: number, chunks: number): Promise<Broadcaster> {
  const random = new SeededRandom(77);
  const [identity, session] = [seededKey(random), seededKey(random)];
  const certificateFile = await coseSign1(identity, "application/vnd.liveledger.signer-certificate+cbor", mapOf([
    [1, uint(1)], [2, bstr(broadcast)], [3, bstr(session.publicKey.bytes)], [4, uint(admittedAt - 3600)], [5, uint(admittedAt + 86_400)], [6, bstr(identity.publicKey.bytes)],
  ]));
  const certificate = (await checkCertificate(certificateFile, broadcast, identity.publicKey.bytes)).ok;
  if (!certificate) throw new Error("the certificate does not read");

  const tag = await trackTag(broadcast, track);
  const seal = async (sequence: number, bytes: Bytes, previous: Bytes): Promise<Published> => {
    const leaves = await leavesOf(bytes);
    const item = await coseSign1(session, "application/vnd.liveledger.segment-record+cbor", mapOf([
      [1, uint(1)], [2, bstr(broadcast)], [3, tstr(track)], [4, uint(0)], [5, uint(sequence)], [6, uint(sequence * 180_000)], [7, uint(90_000)], [8, uint(180_000)], [9, uint(bytes.length)], [10, uint(chunkSize)],
      [11, bstr(await rootOfLeaves(leaves))], [12, bstr(new Uint8Array(32))], [13, uint(0)], [14, bstr(new Uint8Array(16))], [15, bstr(previous)], [16, uint(admittedAt * 1000 + sequence)],
    ]));
    const file = concatBytes(item, bstr(leaves));
    const name = { track: tag, epoch: 0, sequence };
    const facts = await readRecord(file, name, { certificate, certificateFile });
    if (!facts) throw new Error("a record does not read");
    return { name, bytes, file, facts };
  };

  const published: Published[] = [];
  let previous: Bytes = new Uint8Array(32);
  for (let n = 0; n < segments; n++) {
    const bytes = contentOf(n, (chunks - 1) * chunkSize + usualLastBytes);
    const one = await seal(n, bytes, previous);
    published.push(one);
    previous = await sha256(one.file.subarray(0, one.file.length - bstr(one.facts.leaves).length));
  }
  return {
    identity, certificateFile, certificate, track: tag, segments: published,
    again: (sequence, lastBytes = usualLastBytes) => seal(sequence, contentOf(sequence + 1000, (chunks - 1) * chunkSize + lastBytes), new Uint8Array(32)),
  };
}

/** What a record says, if it leads to the broadcaster. */
export async function readRecord(file: Bytes, { epoch, sequence }: SegmentName, { certificate, certificateFile }: Pick<Broadcaster, "certificate" | "certificateFile">): Promise<SegmentFacts | undefined> {
  const { ok } = await checkRecord(file, { broadcast, track, epoch, sequence }, certificate);
  return ok && { file, byteLength: ok.record.byteLength, leaves: ok.leaves, initHash: ok.record.initHash, recordHash: ok.hash, certificate: certificateFile };
}

function contentOf(n: number, length: number): Bytes {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = (n + 1) * 0x9e3779b1;
  for (let at = 0; at < words.length; at++) words[at] = state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return new Uint8Array(words.buffer, 0, length);
}

async function coseSign1(key: PeerKey, contentType: string, payload: Bytes): Promise<Bytes> {
  const header = mapOf([[1, Uint8Array.of(0x27)], [3, tstr(contentType)], [4, bstr(await keyThumbprint(key.publicKey))]]);
  const signed = concatBytes(cborHead(4, 4), tstr("Signature1"), bstr(header), bstr(new Uint8Array(0)), bstr(payload));
  return concatBytes(cborHead(6, 18), cborHead(4, 4), bstr(header), cborHead(5, 0), bstr(payload), bstr(await key.sign(signed)));
}

function mapOf(entries: readonly (readonly [number, Bytes])[]): Bytes {
  return concatBytes(cborHead(5, entries.length), ...entries.flatMap(([key, value]) => [uint(key), value]));
}

function uint(value: number): Bytes {
  if (value < 2 ** 32) return cborHead(0, value);
  const long = new Uint8Array(9);
  new DataView(long.buffer).setBigUint64(1, BigInt(value));
  long[0] = 27;
  return long;
}

function bstr(bytes: Bytes): Bytes {
  return concatBytes(cborHead(2, bytes.length), bytes);
}

function tstr(text: string): Bytes {
  const bytes = new TextEncoder().encode(text);
  return concatBytes(cborHead(3, bytes.length), bytes);
}
