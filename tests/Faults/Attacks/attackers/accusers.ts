import { proveChunkFraud } from "../../../../src/player/src/peering/fraudProof.js";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";
import type { Attack } from "../swarm/attack.js";

/** Accuses its neighbours to one another, all the time, by proofs whose statement nobody signed. */
export const accuses = (everyMs: number): Attack => (self, swarm) => {
  let count = 0;
  const accuse = async (): Promise<void> => {
    const neighbours = swarm.neighbours(self);
    const segment = swarm.broadcaster.segments[0];
    const accused = neighbours[count++ % Math.max(1, neighbours.length)];
    if (!segment || !accused) return;
    const made = new Uint8Array(64).fill(count & 255) as Bytes;
    const proof = await proveChunkFraud(segment.file, segment.facts.certificate, accused.self.token, count % 16, made.subarray(0, 32), made);
    if (!proof) return;
    for (const other of neighbours) {
      if (other === accused) continue;
      swarm.findings.did(self, other, swarm.time.now);
      swarm.say(self, other, { type: "fraud", proof });
    }
  };
  swarm.time.every(everyMs, () => void accuse());
  return {};
};
