import { describe, it } from "vitest";
import { inOwnNetwork } from "./support/ownNetwork.js";

// Pages that link by WebRTC, and everything around them, in a network of their own: see the files. One after the other but for those that look for no stall and no start: they have few pages, and wait much.
const turns: readonly Readonly<Record<string, string>>[] = [
  { "swarm.inside.ts": "In a network of their own" }, { "swarmMany.inside.ts": "Of a crowd" }, { "swarmCrowd.inside.ts": "All at once" }, { "swarmHostile.inside.ts": "Among enemies" },
  { "swarmNat.inside.ts": "In homes with networks of their own", "manners.inside.ts": "By what viewers and machines say" },
];

for (const turn of turns) {
  const ran = await Promise.all(Object.entries(turn).map(async ([file, where]) => ({ where, outcomes: await inOwnNetwork(file, 12) })));
  for (const { where, outcomes } of ran) {
    describe(where, () => {
      for (const { title, failure } of outcomes) {
        it(title, () => {
          if (failure !== undefined) throw new Error(failure);
        });
      }
    });
  }
}
