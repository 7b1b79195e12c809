import type { HeldSegment } from "../../../../src/player/src/peering/messages.js";
import type { Bytes } from "../../../../src/player/src/verify/bytes.js";
import type { Attack } from "../swarm/attack.js";
import type { Viewer } from "../swarm/viewer.js";
import type { Published } from "../swarm/broadcaster.js";
import type { Swarm } from "../swarm/swarm.js";

/** Says to all neighbours that it has a whole segment, the moment that there is one. */
export function claims(self: Viewer, swarm: Swarm, { name, facts }: Published): void {
  for (const other of swarm.neighbours(self)) swarm.say(self, other, { type: "have", held: [{ segment: name, chunks: facts.leaves.length / 32, holding: "all" }] });
}

/** Says without end that it has what there is not. */
export const invents = (everyMs: number): Attack => (self, swarm) => {
  let sequence = 1000;
  swarm.time.every(everyMs, () => {
    const held = Array.from({ length: 64 }, (): HeldSegment => ({ segment: { track: swarm.broadcaster.track, epoch: 0, sequence: sequence++ }, chunks: 4096, holding: "some", bitmap }));
    for (const other of swarm.neighbours(self)) {
      swarm.findings.did(self, other, swarm.time.now);
      swarm.say(self, other, { type: "have", held });
    }
  });
  return {};
};

const bitmap = new Uint8Array(512).fill(0x55) as Bytes;
