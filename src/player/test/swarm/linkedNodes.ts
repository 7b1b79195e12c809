import type { PeerKey } from "../../src/peering/peerKey.js";
import type { SegmentName } from "../../src/peering/segmentName.js";
import { browserClock } from "../../src/swarm/clock.js";
import type { Channel, LinkSession } from "../../src/swarm/linkSession.js";
import { SeededRandom } from "../../src/swarm/random.js";
import { Revocations } from "../../src/swarm/revocations.js";
import { SwarmNode, type SwarmOrigin } from "../../src/swarm/swarmNode.js";
import { toBase64Url } from "../../src/verify/base64Url.js";
import type { Bytes } from "../../src/verify/bytes.js";
import { checkCertificate, checkRecord } from "../../src/verify/checks.js";
import { hex, readVectors, type SegmentRecipe, segmentOf } from "../vectors.js";
import { admit, admittedAt, platform, random } from "./admitted.js";

interface Vectors {
  certificate: string;
  records: { file: string; segment: SegmentRecipe; epoch: number; sequence: number }[];
  cases: { slot: { broadcast: string; track: string } }[];
}

// Records that a broadcaster signed, of segments of a few chunks: the C# side's vectors.
const vectors = readVectors<Vectors>("segment-record.json");
const { broadcast: broadcastId, track } = vectors.cases[0]?.slot ?? { broadcast: "", track: "" };
export const broadcast = hex(broadcastId);
export const names = vectors.records.map(({ epoch, sequence }): SegmentName => ({ track: 5n, epoch, sequence }));
export const [first = { track: 5n, epoch: 0, sequence: 0 }] = names;

export function recordOf({ sequence }: SegmentName) {
  const found = vectors.records.find((record) => record.sequence === sequence);
  if (!found) throw new Error(`no record ${sequence}`);
  return found;
}

const certificate = (await checkCertificate(hex(vectors.certificate), broadcast, undefined)).ok;

export async function readRecord(file: Bytes, { epoch, sequence }: SegmentName) {
  if (!certificate) throw new Error("no certificate");
  const { ok } = await checkRecord(file, { broadcast, track, epoch, sequence }, certificate);
  return ok && {
    file, byteLength: ok.record.byteLength, leaves: ok.leaves, initHash: ok.record.initHash, recordHash: ok.hash, certificate: hex(vectors.certificate),
  };
}

/** The vectors served as by an origin. */
export class Origin implements SwarmOrigin {
  isAway = false;
  records = 0;
  bytes = 0;

  async record(segment: SegmentName): Promise<Bytes> {
    if (this.isAway) throw new Error("away");
    this.records++;
    return hex(recordOf(segment).file);
  }

  async range(segment: SegmentName, from: number, to: number): Promise<{ bytes: Bytes; firstByteMs: number }> {
    if (this.isAway) throw new Error("away");
    this.bytes += to - from;
    return { bytes: segmentOf(recordOf(segment).segment).slice(from, to), firstByteMs: 1 };
  }
}

const nodes: SwarmNode[] = [];

/** All leave. */
export function leaveAll(): void {
  nodes.splice(0).forEach((node) => node.leave());
}

/** Whose broadcast it is, as admissions have it. */
const identity = toBase64Url(certificate?.identity.bytes ?? random(32));
export const proved: { by: SwarmNode; convicts: string; isOurs: boolean }[] = [];

export async function join(origin: SwarmOrigin, claims: Record<string, unknown> = {}, key?: PeerKey): Promise<SwarmNode> {
  const node: SwarmNode = new SwarmNode({
    proved: (verdict, _, isOurs) => proved.push({ by: node, convicts: verdict.convicts === "peer" ? verdict.admission.peer : verdict.convicts, isOurs }),
    self: await admit(broadcast, { identity, ...claims }, key), platform, platformTime: () => admittedAt, revocations: new Revocations(platform, broadcastId, () => admittedAt), origin, readRecord,
    clock: browserClock, random: new SeededRandom(nodes.length + 1), maxBytes: 2 ** 24, uploadRate: 10_000,
  });
  nodes.push(node);
  return node;
}

export type Alter = (message: Bytes) => Bytes[] | Promise<Bytes[]>;

/** A channel in memory between two nodes. What the first sends may be altered on the way, as a liar's would be. */
export async function link(one: SwarmNode, other: SwarmNode, alter: Alter = (message) => [message], inOneGo = false): Promise<[LinkSession, LinkSession]> {
  const ends: LinkSession[] = [];
  const channel = (to: 0 | 1, change: Alter): Channel => {
    let late: Promise<void> | undefined;
    const deliver = (messages: Bytes[]) => {
      const given = messages.map((changed) => () => ends[to]?.received(changed));
      if (inOneGo) setTimeout(() => given.forEach((give) => give()));
      else given.forEach((give) => setTimeout(give));
    };
    return {
      send: (message) => {
        const changed = change(message.slice());
        // Whoever waits for a signature keeps what it says in order.
        if (changed instanceof Promise || late) late = (late ?? Promise.resolve()).then(async () => deliver(await changed));
        else deliver(changed);
      },
      close: () => setTimeout(() => ends[to]?.closed()),
      backlog: 0,
    };
  };
  const bound = { offererFingerprint: random(32), answererFingerprint: random(32) };
  ends.push(one.attach(channel(1, alter), "offerer", bound), other.attach(channel(0, (message) => [message]), "answerer", bound));
  const [mine, theirs] = ends;
  if (!mine || !theirs) throw new Error("no ends");
  const before = one.ends.length + other.ends.length;
  await until(() => (mine.isUp && theirs.isUp) || one.ends.length + other.ends.length > before);
  return [mine, theirs];
}

export async function until(holds: () => boolean): Promise<void> {
  for (const begun = performance.now(); !holds(); await new Promise((done) => setTimeout(done, 5))) {
    if (performance.now() - begun > 20_000) throw new Error("it does not come to it");
  }
}

export const soon = (ms: number) => performance.now() + ms;
export const bytesOfSegment = (segment: SegmentName) => segmentOf(recordOf(segment).segment);
