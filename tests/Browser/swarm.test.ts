import { describe, it } from "vitest";
import { inOwnNetwork } from "./support/ownNetwork.js";

// Pages that link by WebRTC, and everything around them, in a network of their own: see the files.
const files = {
  "swarm.inside.ts": "In a network of their own", "swarmNat.inside.ts": "In homes with networks of their own", "swarmMany.inside.ts": "Of a crowd", "swarmCrowd.inside.ts": "All at once", "swarmHostile.inside.ts": "Among enemies",
  "manners.inside.ts": "By what viewers and machines say",
};

for (const [file, where] of Object.entries(files)) {
  const outcomes = await inOwnNetwork(file, 12);
  describe(where, () => {
    for (const { title, failure } of outcomes) {
      it(title, () => {
        if (failure !== undefined) throw new Error(failure);
      });
    }
  });
}
