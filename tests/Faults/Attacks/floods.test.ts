import { describe, expect } from "vitest";
import { accuses } from "./attackers/accusers.js";
import { invents } from "./attackers/announcing.js";
import { act } from "./swarm/staging.js";
import { withoutBudget, withoutChecks } from "./swarm/weaknesses.js";

describe("floods", () => {
  act("false accusations, two a second to each", {
    attack: accuses(500), defence: withoutChecks, expected: ({ convicted }) => expect(convicted).toBe(0), succeeds: ({ falselyConvicted }) => falselyConvicted > 0,
  });

  act("invented segments, 70 kB/s to each neighbour", { attack: invents(500), defence: withoutBudget, succeeds: (_, swarm) => swarm.findings.cuts === 0 });
});
