import { describe, expect, it } from "vitest";
import { type Look, StrainMeter } from "../../src/swarm/strainMeter.js";

/** A meter that looked each second, so late each time, at a picture of 25 frames a second. */
function after(seconds: number, look: (second: number) => Partial<Look> & { late?: number }): StrainMeter {
  const meter = new StrainMeter();
  for (let second = 0; second <= seconds; second++) {
    const { late = 0, ...seen } = look(second);
    meter.take({ lateMs: late, frames: 25 * second, dropped: 0, isHidden: false, ...seen });
  }
  return meter;
}

describe("a machine is taken for busy", () => {
  it("where it drops frames for some seconds, and not for a few", () => {
    expect(after(10, (n) => ({ dropped: 8 * n })).strain).toBe("much");
    expect(after(10, (n) => ({ dropped: 3 * n })).strain).toBe("some");
    expect(after(10, (n) => ({ dropped: n })).strain).toBe("none");
  });

  it("where its timers are late for some seconds, and not by one long task, nor by a sleep", () => {
    expect(after(10, () => ({ late: 300 })).strain).toBe("much");
    expect(after(10, () => ({ late: 150 })).strain).toBe("some");
    expect(after(10, (n) => ({ late: n === 8 ? 450 : 0 })).strain).toBe("none");
    expect(after(10, (n) => ({ late: n === 8 ? 3_600_000 : 0 })).strain).not.toBe("much");
  });

  it("not by what it does with a hidden page: no frames, and timers put off a little", () => {
    expect(after(10, (n) => ({ isHidden: true, dropped: 20 * n, late: 100 })).strain).toBe("none");
    expect(after(10, () => ({ isHidden: true, late: 300 })).strain).toBe("some");
    // Nor when it is shown again with what it dropped meanwhile.
    expect(after(10, (n) => ({ isHidden: n < 9, dropped: 20 * n })).strain).toBe("none");
  });

  it("only after a few looks, and not by a picture that begins anew", () => {
    expect(after(3, (n) => ({ dropped: 20 * n })).strain).toBe("none");
    expect(after(10, (n) => (n < 8 ? { frames: 1000 + 25 * n, dropped: 0 } : { frames: 25 * n, dropped: 20 * n })).strain).toBe("none");
  });
});
