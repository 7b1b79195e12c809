import { proveChunkFraud } from "../../../src/player/src/peering/fraudProof.js";
import { newPeerKey } from "../../../src/player/src/peering/peerKey.js";
import { receiptBytes, runsOf, writeBatch, writeReceipt } from "../../../src/player/src/peering/receipts.js";
import { trackTag } from "../../../src/player/src/peering/segmentName.js";
import { statementBytes } from "../../../src/player/src/peering/statements.js";
import { LicensedPlayback } from "../../../src/player/src/playback/licensedPlayback.js";
import { type Admitted, Admissions } from "../../../src/player/src/swarm/admissions.js";
import { browserClock } from "../../../src/player/src/swarm/clock.js";
import { fromBase64Url, toBase64Url } from "../../../src/player/src/verify/base64Url.js";
import { type Bytes, concatBytes, fromHex } from "../../../src/player/src/verify/bytes.js";
import { parseRecordFile, type RecordFile } from "../../../src/player/src/verify/segmentRecord.js";
import { segmentsIn, tracksIn } from "../nodePeers/playlists.js";
import type { LiveBroadcast, LiveServer } from "./liveServer.js";
import { until } from "./until.js";

/** A viewer's peer that the server has admitted: its key and its admission, with no swarm around them. It says what it is told to say. */
export class AdmittedPeer {
  private constructor(
    private readonly server: LiveServer,
    private readonly broadcast: LiveBroadcast,
    private readonly self: Admitted["self"],
  ) {}

  /** A new viewer, with a ticket of its own. */
  static async of(server: LiveServer, broadcast: LiveBroadcast): Promise<AdmittedPeer> {
    const ticket = await broadcast.ticket();
    const playback = new LicensedPlayback(ticket);
    const licence = await fetch(`${server.url}/v1/licences`, { method: "POST", headers: playback.headers, body: playback.request([await keyIdOf(server, broadcast)]) });
    if (!licence.ok) throw new Error(`no licence: ${licence.status} ${await licence.text()}`);
    playback.opened(licence.headers.get("Playback-Id"));
    const admissions = new Admissions({
      fetch, server: server.url, clock: browserClock, broadcast: fromHex(broadcast.id) as Bytes, broadcastId: broadcast.id, identity: fromBase64Url(broadcast.identity.text) as Bytes,
      viewerToken: ticket, playback: () => playback.id, key: await newPeerKey(),
    });
    const { self } = await admissions.ask(new AbortController().signal);
    return new AdmittedPeer(server, broadcast, self);
  }

  /** Its pseudonym. */
  get name(): string {
    return this.self.admission.peer;
  }

  /** Its receipt for all of these segments, from another. */
  async receipt(sender: AdmittedPeer, segments: readonly RecordFile[]): Promise<Bytes> {
    const broadcast = fromHex(this.broadcast.id) as Bytes;
    const lines = await Promise.all(segments.map(async ({ record: { track, epoch, sequence }, leaves }) => [{ track: await trackTag(broadcast, track), epoch, sequence }, leaves.length / 32] as const));
    const written = writeReceipt({
      broadcast, sender: sender.self.key.publicKey.bytes, receiver: this.self.key.publicKey.bytes, link: crypto.getRandomValues(new Uint8Array(32)), period: 1, number: 1, at: Date.now(),
      totalChunks: lines.reduce((sum, [, chunks]) => sum + chunks, 0), totalBytes: segments.reduce((sum, { record }) => sum + record.byteLength, 0), runs: runsOf(lines),
    });
    return concatBytes(written, await this.self.key.sign(receiptBytes(written)));
  }

  /** Hands in what it was given for what it sent. */
  async file(receipts: readonly Bytes[]): Promise<void> {
    const body = await writeBatch(receipts, (bytes) => this.self.key.sign(bytes));
    // Who was admitted a moment ago is known within 2 s.
    await until("receipts are taken", 10, async () => {
      const answer = await fetch(`${this.server.url}/v1/receipts`, { method: "POST", body, headers: { "Content-Type": "application/octet-stream" } });
      if (!answer.ok && answer.status !== 403) throw new Error(`${answer.status} ${await answer.text()}`);
      return answer.ok;
    });
  }

  /** A proof that it has signed for bytes which the first chunk of a segment has not. */
  async lie(file: Bytes): Promise<Bytes> {
    const certificate = await bytesAt(`${this.server.url}/live/${this.broadcast.id}/signer`);
    const { hash } = (await parseRecordFile(file)) as RecordFile;
    const stated = crypto.getRandomValues(new Uint8Array(32));
    return (await proveChunkFraud(file, certificate, this.self.token, 0, stated, await this.self.key.sign(statementBytes(hash, 0, stated)))) as Bytes;
  }
}

export async function bytesAt(url: string): Promise<Bytes> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function keyIdOf(server: LiveServer, broadcast: LiveBroadcast): Promise<string> {
  const master = `${server.url}/live/${broadcast.id}/master.m3u8`;
  const list = tracksIn(await (await fetch(master)).text(), master).video[0] ?? "";
  return toBase64Url(fromHex(segmentsIn(await (await fetch(list)).text(), list).keyId ?? "") as Bytes);
}
