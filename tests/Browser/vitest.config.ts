import { defineConfig } from "vitest/config";

// One file at a time: each starts a server and a browser, and timing is part of what they look at.
export default defineConfig({
  test: { include: ["*.test.ts"], fileParallelism: false, testTimeout: 90_000, hookTimeout: 120_000, globalSetup: ["support/build.ts"] },
});
