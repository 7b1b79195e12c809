import { defineConfig } from "vitest/config";

// One file at a time: forge compiles into one folder.
export default defineConfig({
  test: { include: ["checks/*.test.ts"], fileParallelism: false, testTimeout: 120_000, hookTimeout: 300_000 },
});
