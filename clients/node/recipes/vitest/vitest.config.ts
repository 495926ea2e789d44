import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // One server for all test files; each handle has its own world.
    globalSetup: ["@mockrevio/client/global-setup"],
  },
});
