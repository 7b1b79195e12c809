import { describe, it } from "vitest";
import { inOwnNetwork } from "./support/ownNetwork.js";

// Pages that link by WebRTC, and everything around them, in a network of their own: see swarm.inside.ts.
const outcomes = await inOwnNetwork("swarm.inside.ts", 12);

describe("In a network of their own", () => {
  for (const { title, failure } of outcomes) {
    it(title, () => {
      if (failure !== undefined) throw new Error(failure);
    });
  }
});
