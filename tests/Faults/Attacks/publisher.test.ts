import { describe, expect } from "vitest";
import { act } from "./swarm/staging.js";
import { withoutAsking } from "./swarm/weaknesses.js";

describe("the publisher", () => {
  // Nobody else lies: whoever is cut off is cut off falsely.
  act("publisher equivocation: two versions of one segment", {
    attack: () => ({}), shape: { attackers: 0, equivocates: [2] }, defence: withoutAsking, succeeds: ({ falselyCut }, { findings }) => falselyCut > 10 || findings.alarms.size === 0,
    expected: (_, { findings, viewers }) => expect(findings.alarms.size).toBe(viewers.length),
    note: (_, { findings, viewers }) => `${findings.alarms.size} of ${viewers.length} viewers have the proof${findings.alarmAfter === undefined ? "" : `, the first ${(findings.alarmAfter / 1000).toFixed(1)} s after the segment`}`,
  });
});
