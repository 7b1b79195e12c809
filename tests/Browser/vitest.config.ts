import { defineConfig } from "vitest/config";

/** Nothing in them looks for a stall: three files of them may stand beside one another, each with a server and a browser of its own. */
const anyTime = ["audit*.test.ts", "studioPage.test.ts", "standings.test.ts", "licensing.test.ts", "otherDrms.test.ts", "watchPage.test.ts", "tampering.test.ts", "liveTampering.test.ts", "qualityTier.test.ts", "ticketShop.test.ts", "heldTickets.test.ts", "studioTickets.test.ts"];

// All others one at a time: timing is part of what they look at. Two decoders are what two cores bear beside an encoder and a server without stalls of their own
// making, so within a file two tests may stand beside each other (describe.concurrent) that look for no stall.
export default defineConfig({
  test: {
    maxConcurrency: 2, testTimeout: 90_000, hookTimeout: 120_000, globalSetup: ["support/build.ts"],
    projects: [
      { extends: true, test: { name: "any-time", include: anyTime, maxWorkers: 3, sequence: { groupOrder: 0 } } },
      { extends: true, test: { name: "in-time", include: ["*.test.ts"], exclude: [...anyTime, "**/node_modules/**"], fileParallelism: false, sequence: { groupOrder: 1 } } },
    ],
  },
});
