import { describe, expect } from "vitest";
import { pollutes } from "./attackers/polluters.js";
import { act } from "./swarm/staging.js";
import { withoutHashing, withoutProofs } from "./swarm/weaknesses.js";
import type { Outcome } from "./swarm/outcome.js";
import type { Swarm } from "./swarm/swarm.js";

const plays = ({ playedBad, inTime }: Outcome) => playedBad > 0 && inTime < 0.95;

/** How soon a proof had convicted a polluter, and who heard of it. */
function sentence({ findings, honest }: Swarm): string {
  const after = [...findings.convicted.values()].map(({ afterMs }) => afterMs).sort((a, b) => a - b);
  if (after.length === 0) return "";
  const known = [...findings.convicted.values()].reduce((sum, one) => sum + one.known.size, 0) / after.length / honest.length;
  return `convicted after ${((after[after.length >> 1] ?? 0) / 1000).toFixed(2)} s (most ${((after.at(-1) ?? 0) / 1000).toFixed(2)}), proof at ${(100 * known).toFixed(0)} % of viewers`;
}

describe("pollution", () => {
  act("pollution, unsigned", { attack: pollutes("nothing"), defence: withoutHashing, succeeds: plays, expected: ({ convicted }) => expect(convicted).toBe(0) });

  act("pollution, signed badly", { attack: pollutes("what it should send"), defence: withoutHashing, succeeds: plays, expected: ({ convicted }) => expect(convicted).toBe(0) });

  for (const isServerAway of [false, true]) {
    act(`pollution, signed truthfully${isServerAway ? ", the server away" : ""}`, {
      attack: pollutes("what it sends"), shape: { isServerAway }, defence: withoutProofs, expected: ({ convicted }) => expect(convicted).toBe(12),
      // Each liar met by many, and never the last time.
      succeeds: ({ convicted, cuts }) => convicted === 0 && cuts > 100, note: (_, swarm) => sentence(swarm),
    });
  }

  act("covert flash: honest for 14 s, then pollution all at once", { attack: pollutes("nothing", 14_000), shape: { seconds: 30 }, defence: withoutHashing, succeeds: plays });
});
