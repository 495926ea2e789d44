import { addressOfEnvironment } from "./mock-revio.js";
import { Program } from "./program.js";

/**
 * The `globalSetup` of vitest and jest: one server for all test files, with isolated worlds.
 *
 * Sets the variables that `mockrevio exec` sets, unless the environment names a server already. The server stops
 * when the test runner ends.
 */
async function globalSetup(): Promise<() => Promise<void>> {
  if (addressOfEnvironment() !== undefined) return async () => {};
  const program = await Program.start({ settings: { isolate_clients: true, max_worlds: 4096 } });
  Object.assign(process.env, program.variables);
  return () => program.stop();
}

export = globalSetup;
