import { describe, expect } from "vitest";
import { isAlwaysBusy, signsNothing } from "./attackers/freeRiders.js";
import { takesOnly } from "./attackers/silent.js";
import type { Attack } from "./swarm/attack.js";
import { act } from "./swarm/staging.js";
import type { Swarm } from "./swarm/swarm.js";
import { withoutLeaving, withoutReceipts } from "./swarm/weaknesses.js";

/** Half of them say that they are busy, half say nothing. */
const ridesFree: Attack = (self, swarm) => (self.id % 2 === 0 ? isAlwaysBusy : takesOnly)(self, swarm);

/** Of what attackers needed of the last seven segments, what their neighbours gave. */
function taken(swarm: Swarm): number {
  const attackers = swarm.viewers.filter(({ isAttacker }) => isAttacker);
  return attackers.reduce((sum, attacker) => sum + attacker.offloadOfLast(7), 0) / attackers.length;
}

describe("free riding", () => {
  act("free riding: claims all, is busy or says nothing", {
    attack: ridesFree, defence: withoutLeaving, shape: { seconds: 80 }, succeeds: ({ found }) => found < 0.9, expected: ({ found }) => expect(found).toBeGreaterThanOrEqual(0.9),
  });

  // A stream of 2 Mb/s: what is given in advance is used up within a minute. Ten viewers have too few links for a share of them that were left to say anything of poor devices.
  act("free riding: never signs a receipt", {
    attack: signsNothing, defence: withoutReceipts, shape: { seconds: 84, viewers: 10, links: 2, chunks: 64, isMixed: false }, succeeds: (_, swarm) => taken(swarm) > 0.5, expected: (_, swarm) => expect(taken(swarm)).toBeLessThan(0.1),
    note: (_, swarm) => `in the last half minute ${(100 * taken(swarm)).toFixed(0)} % of what attackers need comes from neighbours`,
  });
});
