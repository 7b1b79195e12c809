import { describe, expect } from "vitest";
import { isAlwaysBusy, signsNothing } from "./attackers/freeRiders.js";
import { takesOnly } from "./attackers/silent.js";
import type { Attack } from "./swarm/attack.js";
import { act } from "./swarm/staging.js";
import type { Swarm } from "./swarm/swarm.js";
import { withoutLeaving, withoutReceipts } from "./swarm/weaknesses.js";

/** Some say that they are busy, some when nobody waits for it any more, and some say nothing. */
const ridesFree: Attack = (self, swarm) => ([isAlwaysBusy(), isAlwaysBusy(1600), takesOnly][self.id % 3] ?? takesOnly)(self, swarm);

/** Of what attackers needed of the last seven segments, what their neighbours gave. */
function taken(swarm: Swarm): number {
  const attackers = swarm.viewers.filter(({ isAttacker }) => isAttacker);
  return attackers.reduce((sum, attacker) => sum + attacker.offloadOfLast(7), 0) / attackers.length;
}

describe("free riding", () => {
  act("free riding: claims all, is busy or says nothing", {
    attack: ridesFree, defence: withoutLeaving, shape: { seconds: 72 }, control: { viewers: 20 }, succeeds: ({ found }) => found < 0.9, expected: ({ found }) => expect(found).toBeGreaterThanOrEqual(0.9),
  });

  // All know one another, and one has a line that sends an eighth of a stream: a chunk takes two seconds, and eight ask for it.
  act("free riding: the same in rooms of ten, one of them with a slow line", {
    attack: ridesFree, defence: withoutLeaving, shape: { seconds: 84, viewers: 10, links: 9, poor: 0.12 }, seeds: [1, 2, 3, 7, 18, 19, 21, 23], succeeds: ({ found }) => found < 0.9,
    expected: ({ found }) => expect(found).toBeGreaterThanOrEqual(0.9),
  });

  // A stream of 2 Mb/s: what is given in advance is used up within a minute.
  act("free riding: never signs a receipt", {
    attack: signsNothing, defence: withoutReceipts, shape: { seconds: 84, viewers: 10, links: 2, chunks: 64 }, succeeds: (_, swarm) => taken(swarm) > 0.4, expected: (_, swarm) => expect(taken(swarm)).toBeLessThan(0.1),
    note: (_, swarm) => `in the last half minute ${(100 * taken(swarm)).toFixed(0)} % of what attackers need comes from neighbours`,
  });
});
