import { beforeEach, describe, expect, it } from "vitest";
import { type Conditions, Manners, type Restraint } from "../../src/swarm/manners.js";
import { VirtualClock } from "./virtualClock.js";

let clock: VirtualClock;
let manners: Manners;
let told: (Restraint | undefined)[];

beforeEach(() => {
  [clock, told] = [new VirtualClock(), []];
  manners = new Manners(clock, () => told.push(manners.restraint));
});

const battery = (level: number, isCharging = false): Conditions => ({ battery: { level, isCharging } });

describe("nothing is sent to others", () => {
  it.each<[Restraint, Conditions]>([
    ["cellular", { isCellular: true }],
    ["save-data", { savesData: true }],
    ["battery", battery(0.19)],
    ["busy", { strain: "much" }],
    ["hidden-and-hot", { isHidden: true, strain: "some" }],
  ])("for %s, from the moment that it is so", (restraint, conditions) => {
    manners.see(conditions);
    expect([manners.restraint, told]).toEqual([restraint, [restraint]]);
  });

  it("for what a browser does not tell, or what is not so: sharing goes on", () => {
    for (const conditions of [{}, { isCellular: undefined, savesData: undefined, battery: undefined, strain: undefined }, { isCellular: false, savesData: false }, battery(0.2), battery(0.01, true), { strain: "some" }, { isHidden: true }, { isHidden: true, strain: "none" }] as const) {
      manners.see(conditions);
    }
    expect([manners.restraint, told]).toEqual([undefined, []]);
  });

  it("until the condition was gone for ten seconds on end", () => {
    manners.see({ isCellular: true });
    clock.runUntil(1000);
    manners.see({ isCellular: false });
    clock.runUntil(10_000);
    expect(manners.restraint).toBe("cellular");
    // Back for a moment: the wait begins anew.
    manners.see({ isCellular: true });
    manners.see({ isCellular: false });
    clock.runUntil(19_999);
    expect(manners.restraint).toBe("cellular");
    clock.runUntil(20_000);
    expect([manners.restraint, told]).toEqual([undefined, ["cellular", undefined]]);
  });

  it("for longer each time that the condition is soon back, and as at first when it stayed away", () => {
    const restOf = () => {
      manners.see({ strain: "much" });
      const from = clock.now;
      manners.see({ strain: "none" });
      while (manners.restraint) clock.runUntil(clock.now + 500);
      return clock.now - from;
    };
    expect([restOf(), restOf(), restOf()]).toEqual([10_000, 20_000, 40_000]);
    for (let n = 0; n < 4; n++) restOf();
    expect(restOf()).toBe(160_000);
    clock.runUntil(clock.now + 61_000);
    expect(restOf()).toBe(10_000);
  });

  it("while another condition lasts, when the first is gone", () => {
    manners.see({ isCellular: true, strain: "much" });
    manners.see({ isCellular: false, strain: "much" });
    clock.runUntil(60_000);
    expect([manners.restraint, told]).toEqual(["busy", ["cellular", "busy"]]);
  });

  it("by a battery that goes to and fro about a fifth", () => {
    for (const [at, level] of [[0, 0.19], [5_000, 0.21], [20_000, 0.19], [40_000, 0.22]] as const) {
      clock.runUntil(at);
      manners.see(battery(level));
    }
    clock.runUntil(90_000);
    expect(told).toEqual(["battery"]);
    manners.see(battery(0.22, true));
    clock.runUntil(100_000);
    expect(told).toEqual(["battery", undefined]);
  });
});
