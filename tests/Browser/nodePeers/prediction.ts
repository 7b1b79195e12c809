import { simulate } from "../../../src/player/test/swarm/simulator.js";

/** What the simulator says of such a swarm, to be printed beside what was measured. */
export function predicted({ peers, bytesPerSecond, seconds, originRate }: { peers: number; bytesPerSecond: number; seconds: number; originRate?: number }): string {
  const segmentBytes = Math.round(2 * bytesPerSecond);
  const { offload, late } = simulate({
    seed: 1, peers, links: Math.min(4, peers - 1), segments: Math.max(2, Math.round(seconds / 2)), segmentMs: 2000, segmentBytes, latencyMs: 6000, heads: Math.max(1, Math.min(8, Math.floor(segmentBytes / 16_384 / 4))),
    // The player's own bound while it has not measured its line.
    uplink: () => 1250, ...(originRate === undefined ? {} : { originRate: originRate / 1000 }),
  });
  return `the simulator says ${(100 * offload).toFixed(1)} % from others, ${(100 * late).toFixed(1)} % of segments late`;
}
