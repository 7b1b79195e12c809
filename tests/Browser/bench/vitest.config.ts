import { defineConfig } from "vitest/config";

// `./liveledger bench swarm`: not a test, and no part of a whole run.
export default defineConfig({
  test: { root: new URL("..", import.meta.url).pathname, include: ["bench/*.bench.ts"], globalSetup: ["support/build.ts"], disableConsoleIntercept: true },
});
