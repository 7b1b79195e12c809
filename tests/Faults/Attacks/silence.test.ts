import { describe } from "vitest";
import { drops, dropsFor, trickles } from "./attackers/silent.js";
import { act } from "./swarm/staging.js";
import { withoutGivingUp, withoutPace } from "./swarm/weaknesses.js";

const isLast = ({ id }: { readonly id: number }) => id === 58;

describe("silence", () => {
  act("silent droppers that claim everything", { attack: drops, defence: withoutGivingUp, succeeds: ({ inTime }) => inTime < 0.95 });

  act("selective service: six around one viewer give it alone nothing", {
    attack: dropsFor(isLast), shape: { viewers: 59, eclipse: { attackers: 6, honest: 2 } }, defence: withoutGivingUp, aimedAt: { who: "the victim", is: isLast }, succeeds: ({ inTime }) => inTime < 0.95,
  });

  act("slow loris: a chunk now and then, by four of five neighbours", {
    attack: trickles(1400), shape: { viewers: 59, behindMs: 5000, eclipse: { attackers: 4, honest: 1 } }, defence: withoutPace, aimedAt: { who: "the victim", is: isLast }, succeeds: ({ inTime }) => inTime < 0.95,
  });

  act("eclipse of one viewer: eight attackers and two others", {
    attack: drops, shape: { viewers: 59, eclipse: { attackers: 8, honest: 2 } }, defence: withoutGivingUp, aimedAt: { who: "the victim", is: isLast }, succeeds: ({ inTime }) => inTime < 0.95,
  });
});
