import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { promisify } from "node:util";

import { ProgramNotFoundError, ServerError, TooOldError } from "./errors.js";
import type { SettingValue } from "./types.js";
import { isTooOld, REQUIRED_VERSION } from "./version.js";

// Test runners replace these for the code under test; the mock needs the real ones.
const { setTimeout, clearTimeout } = globalThis;

const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 10_000;

/** How to start a server. */
export interface StartOptions {
  /** What the world starts with: the name of an included fixture, a file, or several, merged in order. */
  fixture?: string | readonly string[];
  /** A folder that keeps the data. By default nothing is stored. */
  data?: string;
  /** The port. By default a free one. */
  port?: number;
  /** Any other setting, by its name in docs/settings.md: `{ latency: "200ms", isolate_clients: true }`. */
  settings?: Record<string, SettingValue | undefined>;
  /** How to run mockrevio: a program, or one with arguments. Default: "mockrevio", from the PATH. */
  command?: string | readonly string[];
}

/** What a command finds out about its mock: the variables that `mockrevio exec` sets. */
export type Variables = Record<string, string>;

const NAMES = /^(REVIO_(URL|USERNAME|PASSWORD|SUBSCRIPTION_KEY)|MOCKREVIO_ADMIN_(URL|TOKEN)|NODE_EXTRA_CA_CERTS)$/;

// The command of `mockrevio exec`. It ends when this process does, even by kill -9, and the mock with it.
const WAIT_FOR_PARENT = `
const found = Object.entries(process.env).filter(([name]) => ${NAMES}.test(name));
process.stdin.on("end", () => process.exit()).on("error", () => process.exit()).resume();
console.log(JSON.stringify(Object.fromEntries(found)));
`;

/** `mockrevio exec` in a process that lives until it is stopped, or until this process ends. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly variables: Variables,
    /** The certificates to trust (PEM), if the mock serves HTTPS with `tls: "auto"`. */
    readonly ca: string | undefined,
  ) {}

  static async start(options: StartOptions): Promise<Program> {
    const [program, ...leading] = [options.command ?? "mockrevio"].flat();
    if (!program) throw new ServerError("`command` is empty; it is a program, or a list of one and its arguments");
    const args = [...leading, "exec", ...serveOptions(options), "--", process.execPath, "-e", WAIT_FOR_PARENT];
    const child = spawn(program, args, {
      stdio: "pipe",
      env: environment(),
      detached: process.platform !== "win32", // Ctrl-C is for the tests; the mock stops after them
      windowsHide: true,
    });
    const variables = await ready(child, program, leading);
    // The mock does not keep this process alive.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as Socket).unref();
    const file = variables["MOCKREVIO_ADMIN_URL"]?.startsWith("https:") && variables["NODE_EXTRA_CA_CERTS"];
    return new Program(child, variables, file ? await readFile(file, "utf8") : undefined);
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.ref();
    child.stdin?.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT);
    await ended;
    clearTimeout(timer);
  }
}

function serveOptions({ fixture, data, port, settings = {} }: StartOptions): string[] {
  return Object.entries({ fixture, data, port, ...settings }).flatMap(([name, value]) => {
    const option = name.replace(/_/g, "-");
    if (value === undefined) return [];
    if (typeof value === "boolean") return [value ? `--${option}` : `--no-${option}`];
    return [value].flat().map((item) => `--${option}=${item}`);
  });
}

/** The environment without settings, so that a test is the same for everybody, and without what is meant for tests. */
function environment(): NodeJS.ProcessEnv {
  const forTests = ["NODE_OPTIONS", "NODE_V8_COVERAGE", "NODE_TEST_CONTEXT"];
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith("MOCKREVIO_") && !forTests.includes(name)),
  );
}

async function ready(child: ChildProcess, program: string, leading: string[]): Promise<Variables> {
  let output = "";
  let errors = "";
  const timer = setTimeout(() => child.kill("SIGKILL"), START_TIMEOUT);
  try {
    return await new Promise<Variables>((resolve, reject) => {
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (!output.endsWith("\n")) return;
        if (output.startsWith("{")) resolve(JSON.parse(output) as Variables);
        else child.kill(); // it is another program
      });
      child.stderr?.setEncoding("utf8").on("data", (text: string) => {
        errors += text;
      });
      child.once("error", (error: NodeJS.ErrnoException) => reject(notStarted(error, program)));
      child.once("close", (status) => void explain(program, leading, errors, status).then(reject));
    });
  } finally {
    clearTimeout(timer);
    if (errors && child.exitCode === null) process.stderr.write(errors); // warnings
    child.stderr?.removeAllListeners("data").on("data", (text: string) => process.stderr.write(text));
  }
}

function notStarted(error: NodeJS.ErrnoException, program: string): Error {
  if (error.code !== "ENOENT") return new ServerError(`${program} cannot be run: ${error.message}`, { cause: error });
  return new ProgramNotFoundError(
    `${program} was not found. Install mockrevio and activate its environment, so that it is on the PATH, ` +
      "pass its path as `command`, or set MOCKREVIO_URL to the address of a running server",
    { cause: error },
  );
}

/** Why a program has ended instead of starting a server. */
async function explain(
  program: string,
  leading: string[],
  errors: string,
  status: number | null,
): Promise<Error> {
  try {
    const { stdout } = await promisify(execFile)(program, [...leading, "--version"], { env: environment() });
    const version = /^mockrevio (\S+)/.exec(stdout)?.[1];
    if (version === undefined) return new ServerError(`${program} is not mockrevio: ${stdout.trim().split("\n", 1)[0]}`);
    if (isTooOld(version)) return new TooOldError(program, version, REQUIRED_VERSION);
  } catch {
    // Then the errors of the first call say more.
  }
  const message = errors.trim().replace(/^mockrevio: |^Usage: [^]*\nError: /, "");
  const silence =
    status === null
      ? `no sign of life for ${START_TIMEOUT / 1000} seconds`
      : `${program} ended with status ${status} and without a message`;
  return new ServerError(`mockrevio did not start: ${message || silence}`);
}
