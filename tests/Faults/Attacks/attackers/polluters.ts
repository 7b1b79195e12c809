import { type SegmentName } from "../../../../src/player/src/peering/segmentName.js";
import { statementBytes } from "../../../../src/player/src/peering/statements.js";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";
import { leafHash } from "../../../../src/player/src/verify/merkle.js";
import type { Attack, Late, Said } from "../swarm/attack.js";
import type { Viewer } from "../swarm/viewer.js";

/** What a polluter signs for: what it sends, what it should have sent, or nothing. */
export type Signs = "what it sends" | "what it should send" | "nothing";

/** Sends other bytes than were signed by the broadcaster. */
export const pollutes = (signs: Signs, fromMs = 0): Attack => (self, swarm) => {
  const asked = new Map<string, SegmentName>();
  const recordOf = ({ sequence }: SegmentName) => swarm.broadcaster.segments[sequence]?.facts.recordHash ?? new Uint8Array(32);

  const sign = async (chunk: Bytes, index: number, segment: SegmentName) => self.self.key.sign(statementBytes(recordOf(segment), index, await leafHash(chunk)));

  const spoil = (message: Extract<Said, { type: "chunks" }>, to: Viewer): Said | Late => {
    swarm.findings.did(self, to, swarm.time.now);
    const chunks = message.chunks.map((chunk) => chunk.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) as Bytes);
    const segment = asked.get(`${to.id}/${message.request}`);
    if (signs === "what it should send") return { ...message, chunks };
    if (signs === "nothing" || !segment) return { ...message, chunks, statements: chunks.map(() => new Uint8Array(64)) };
    const signed = Promise.all(chunks.map((chunk, n) => sign(chunk, message.first + n, segment))).then((statements) => ({ ...message, chunks, statements }));
    return { message: signed, afterMs: 0 };
  };

  return {
    hears: (message, from) => {
      if (message.type === "want") asked.set(`${from.id}/${message.request}`, message.segment);
      return false;
    },
    says: (message, to) => (message.type === "chunks" && swarm.time.now >= fromMs ? [spoil(message, to)] : undefined),
  };
};
