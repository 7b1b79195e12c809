import { defineConfig } from "vitest/config";

/** Pages that play nothing, or one thing at a time, and where no stall is looked for. */
const pages = ["audit*.test.ts", "studioPage.test.ts", "tampering.test.ts", "watchPage.test.ts"];

const patience = { testTimeout: 90_000, hookTimeout: 120_000 };

// Two decoders at a time are what two cores bear beside an encoder and a server without stalls of their own making. So of pages two files
// stand beside each other, and of all others one, in which two tests may (describe.concurrent) that look for no stall.
export default defineConfig({
  test: {
    globalSetup: ["support/build.ts"],
    projects: [
      { test: { name: "pages", include: pages, maxWorkers: 2, sequence: { groupOrder: 1 }, ...patience } },
      { test: { name: "playback", include: ["*.test.ts"], exclude: pages, maxWorkers: 1, maxConcurrency: 2, sequence: { groupOrder: 2 }, ...patience } },
    ],
  },
});
