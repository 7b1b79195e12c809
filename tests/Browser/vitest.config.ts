import { defineConfig } from "vitest/config";

// One file at a time: each starts a server and a browser, and timing is part of what they look at. Two decoders are what two cores bear beside an encoder and a server
// without stalls of their own making, so within a file two tests may stand beside each other (describe.concurrent) that look for no stall.
export default defineConfig({
  test: {
    include: ["*.test.ts"], fileParallelism: false, maxConcurrency: 2, testTimeout: 90_000, hookTimeout: 120_000, globalSetup: ["support/build.ts"],
  },
});
