import { proveEquivocation } from "../../../src/player/src/peering/fraudProof.js";
import type { Bytes } from "../../../src/player/src/verify/bytes.js";
import { parseRecordFile, type RecordFile } from "../../../src/player/src/verify/segmentRecord.js";
import { bytesAt } from "./admittedPeer.js";
import { SigningKey } from "./cose.js";
import type { LiveBroadcast, LiveServer } from "./liveServer.js";

/** A proof that a segment was signed twice: its record as it was published, and another of its slot, by a second session key that the broadcaster's identity has certified. */
export async function signedTwice(server: LiveServer, { id, identity }: LiveBroadcast, track: string, sequence: number): Promise<Bytes> {
  const at = `${server.url}/live/${id}`;
  const [file, certificate, segment] = await Promise.all([bytesAt(`${at}/${track}/${sequence}.record`), bytesAt(`${at}/signer`), bytesAt(`${at}/${track}/${sequence}.m4s`)]);
  const { record } = (await parseRecordFile(file)) as RecordFile;
  const session = new SigningKey(crypto.getRandomValues(new Uint8Array(32)));
  const sealed = Math.floor(record.sealedAt / 1000);
  const second = identity.certify(record.broadcast, session.publicKey, { notBefore: sealed - 60, notAfter: sealed + 60 });
  const other = session.record({ ...record, duration: record.duration + 1 }, segment);
  return (await proveEquivocation(file, certificate, new Uint8Array(other), new Uint8Array(second))) as Bytes;
}
