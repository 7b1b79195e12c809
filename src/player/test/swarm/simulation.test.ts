import { describe, expect, it } from "vitest";
import { chunkSize } from "../../src/peering/messages.js";
import { simulate, type SwarmResult, type SwarmShape } from "./simulator.js";

/** 2 Mb/s in segments of 2 s, 8 s behind live; lines of 4 to 20 Mb/s up. */
const usual: SwarmShape = {
  seed: 1, peers: 60, links: 5, segments: 30, segmentMs: 2000, segmentBytes: 500_000, latencyMs: 8000, heads: 4,
  uplink: (_, random) => 500 + random.below(2000),
};

/** The long form: LIVELEDGER_SWARM_SEGMENTS=100. */
const many = { ...usual, peers: 2000, segments: Number(process.env["LIVELEDGER_SWARM_SEGMENTS"] ?? 3), heads: 8, churn: 0.01 };

function show(name: string, { offload, late, wholeAfter, originBytes, peerBytes, wasted }: SwarmResult): void {
  const extra = (100 * wasted) / (originBytes + peerBytes);
  console.log(`${name}: offload ${(100 * offload).toFixed(1)} %, late ${(100 * late).toFixed(2)} %, whole after ${wholeAfter.p50} ms (95 %: ${wholeAfter.p95} ms), sent in vain ${extra.toFixed(2)} %`);
}

describe("a swarm under a clock of its own", { timeout: 180_000 }, () => {
  it("does the same for the same seed, and something else for another", () => {
    expect(simulate({ ...usual, segments: 8 })).toEqual(simulate({ ...usual, segments: 8 }));
    expect(simulate({ ...usual, segments: 8 }).digest).not.toBe(simulate({ ...usual, segments: 8, seed: 2 }).digest);
  });

  it("takes little more than one copy from the origin, and nobody is late", () => {
    const result = simulate(usual);
    show("60 peers", result);
    expect(result.late).toBe(0);
    // (N - 1) / N is the most there is.
    expect(result.offload).toBeGreaterThan(59 / 60 - 0.03);
    expect(result.wasted / (result.peerBytes + result.originBytes)).toBeLessThan(0.01);
  });

  it("of 2,000 who come and go does the same twice, and is late for nobody", () => {
    const result = simulate(many);
    show(`2,000 peers, 1 % replaced each second, ${many.segments} segments`, result);
    expect(result.late).toBe(0);
    expect(simulate(many)).toEqual(result);
  }, 1_200_000);

  it("plays on with peers that come and go", () => {
    const result = simulate({ ...usual, churn: 0.02 });
    show("60 peers, 2 % replaced each second", result);
    expect(result.late).toBe(0);
    expect(result.offload).toBeGreaterThan(0.8);
  });

  it("plays on where nobody can send half of what is needed, from the origin", () => {
    const result = simulate({ ...usual, uplink: () => 100 });
    show("60 peers that send 0.8 Mb/s each", result);
    expect(result.late).toBe(0);
    expect(result.offload).toBeGreaterThan(0.15);
  });

  it("keeps nothing that is not what its record says, and cuts off who sends it at once", () => {
    const result = simulate({ ...usual, polluters: 0.3 });
    show("60 peers, 30 % of them polluters", result);
    expect(result.badKept).toBe(0);
    expect(result.late).toBe(0);
    expect(result.cut).toBeGreaterThan(0);
    // To meet one costs one chunk, and the smallest where there is a choice.
    expect(result.badSent).toBeLessThan(result.cut * chunkSize);
    expect(result.badSent / (result.peerBytes + result.originBytes)).toBeLessThan(0.005);
  });

  it("plays on through ten seconds without the origin where neighbours are ahead", () => {
    const result = simulate({ ...usual, latencyMs: 16_000, outage: { from: 20_000, to: 30_000 } });
    show("60 peers, 16 s behind live, 10 s without the origin", result);
    expect(result.late).toBe(0);
  });
});
