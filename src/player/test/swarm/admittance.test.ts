import { expect, it } from "vitest";
import type { Admissions } from "../../src/swarm/admissions.js";
import { Admittance } from "../../src/swarm/admittance.js";
import { admit, random } from "./admitted.js";
import { VirtualClock } from "./virtualClock.js";

const settled = () => new Promise((done) => setTimeout(done));

it("asks for the next admission in time, and once and soon where the one there is is no good", async () => {
  const [clock, self, over] = [new VirtualClock(), await admit(random(16)), new AbortController()];
  let asked = 0;
  const ask = async () => {
    asked++;
    return { self, iceServers: [], sharing: "optional", renewAfterMs: 400_000 };
  };
  const admittance = new Admittance({ admissions: { ask } as unknown as Admissions, clock, over: over.signal, refused: () => undefined });
  await admittance.ask();
  const renewed: number[] = [];
  void admittance.keep(async () => void renewed.push(clock.now), () => undefined);
  const pass = async (until: number) => {
    clock.runUntil(until);
    await settled();
  };
  await pass(100_000);
  expect(asked).toBe(1);
  admittance.hurry();
  admittance.hurry();
  await pass(103_001);
  expect([asked, renewed.length]).toEqual([2, 1]);
  // Its time counts from there.
  await pass(450_000);
  expect(asked).toBe(2);
  await pass(503_001);
  expect(asked).toBe(3);
  over.abort();
});
