import { defineConfig } from "vitest/config";

// What a test has started within a network of its own. The page is built by then.
export default defineConfig({
  test: { root: new URL("..", import.meta.url).pathname, include: ["*.inside.ts", "bench/*.inside.ts"], disableConsoleIntercept: true, fileParallelism: false, testTimeout: 240_000, hookTimeout: 180_000 },
});
