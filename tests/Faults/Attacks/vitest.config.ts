import { defineConfig } from "vitest/config";

export default defineConfig({ test: { include: ["*.test.ts"], testTimeout: 180_000, maxWorkers: 2, setupFiles: ["swarm/switches.ts"], globalSetup: ["table/whole.ts"] } });
