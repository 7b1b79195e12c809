import { describe, expect } from "vitest";
import { act } from "./swarm/staging.js";
import type { SwarmShape } from "./swarm/swarm.js";
import { withoutAsking } from "./swarm/weaknesses.js";

describe("the publisher", () => {
  // Nobody else lies: whoever is cut off is cut off falsely.
  for (const [name, shape] of versions()) {
    act(`publisher equivocation: ${name}`, {
      attack: () => ({}), shape: { attackers: 0, equivocates: [2], ...shape }, defence: withoutAsking, succeeds: ({ falselyCut }, { findings }) => falselyCut > 10 || findings.alarms.size === 0,
      expected: (_, { findings, viewers }) => expect(findings.alarms.size).toBe(viewers.length),
      note: (_, { findings, viewers }) => `${findings.alarms.size} of ${viewers.length} viewers have the proof${findings.alarmAfter === undefined ? "" : `, the first ${(findings.alarmAfter / 1000).toFixed(1)} s after the segment`}`,
    });
  }
});

function versions(): [string, Partial<SwarmShape>][] {
  return [["two versions of one segment", {}], ["the other version is shorter", { otherLastBytes: 3000 }], ["the other version is longer", { otherLastBytes: 9000 }]];
}
