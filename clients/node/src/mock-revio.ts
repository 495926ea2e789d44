import { randomBytes } from "node:crypto";
import { threadId } from "node:worker_threads";

import { AdminClient } from "./admin-client.js";
import { Clock, Settings, Snapshots } from "./control.js";
import { AdminError, ServerError, TooOldError, VerificationError } from "./errors.js";
import { Faults } from "./faults.js";
import { Program, type StartOptions } from "./program.js";
import { KeyLinks, Records } from "./records.js";
import { expectation, Requests, verifying } from "./requests.js";
import type { ArmedFault, Count, Credentials, Effect, FaultRule, Fields, LogMatch, Match } from "./types.js";
import { isTooOld, REQUIRED_VERSION } from "./version.js";
import { Webhooks } from "./webhooks.js";

/** How to use a server that is already running. */
export interface ConnectOptions {
  /** The client code, and with it the world. By default one that nobody else has. */
  client?: string;
  /** Credentials, if the server accepts only certain ones. Their client code is the world. */
  credentials?: Credentials;
  /** The server's admin token. Default: MOCKREVIO_ADMIN_TOKEN. */
  adminToken?: string;
  /** Use a server that has one world for all clients. All of them see and change the same data. */
  sharedWorld?: boolean;
}

/** Which requests a fault is for, and how often it fires; by default all, always. */
export interface FaultOptions {
  times?: number;
  match?: Match;
  optional?: boolean;
}

interface Parts {
  admin: AdminClient;
  credentials: Credentials;
  client?: string;
  ca?: string | undefined;
  stop: () => Promise<void>;
}

/** A mock Rev.io for tests. */
export class MockRevio {
  /** The credentials for the client under test. */
  readonly credentials: Credentials;
  /** The client code whose world this is; undefined if the server has one world for all. */
  readonly client: string | undefined;
  /** The certificates to trust (PEM), if the server was started with `tls: "auto"`. */
  readonly ca: string | undefined;
  /** The records by entity type (`CUSTOMER`) or endpoint (`Orders`). */
  readonly entities: Records;
  readonly links: KeyLinks;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly webhooks: Webhooks;

  private readonly adminClient: AdminClient;
  private readonly end: () => Promise<void>;
  private stopped: Promise<void> | undefined;

  private constructor({ admin, credentials, client, ca, stop }: Parts) {
    this.adminClient = admin;
    this.credentials = credentials;
    this.client = client;
    this.ca = ca;
    this.end = stop;
    this.entities = new Records(admin);
    this.links = new KeyLinks(admin);
    this.faults = new Faults(admin);
    this.requests = new Requests(admin);
    this.snapshots = new Snapshots(admin);
    this.clock = new Clock(admin);
    this.settings = new Settings(admin);
    this.webhooks = new Webhooks(admin);
  }

  /**
   * Use the server that the environment names, in a world of this handle alone, or start one.
   *
   * The environment names one under `mockrevio exec` (MOCKREVIO_ADMIN_URL), otherwise if you set MOCKREVIO_URL. A running
   * server keeps its own fixture and settings.
   */
  static async open(options: StartOptions & ConnectOptions = {}): Promise<MockRevio> {
    return addressOfEnvironment() === undefined ? MockRevio.start(options) : MockRevio.connect(undefined, options);
  }

  /** Start a server. It stops with `stop()`, or when this process ends, whichever is first. */
  static async start(options: StartOptions = {}): Promise<MockRevio> {
    const program = await Program.start(options);
    const { MOCKREVIO_ADMIN_URL, MOCKREVIO_ADMIN_TOKEN: token, REVIO_USERNAME, REVIO_PASSWORD } = program.variables;
    const { ca } = program;
    const admin = new AdminClient(MOCKREVIO_ADMIN_URL ?? "", { token, ca });
    const credentials = { username: REVIO_USERNAME ?? "", password: REVIO_PASSWORD ?? "" };
    const stop = () => program.stop();
    if (!options.settings?.["isolate_clients"]) return new MockRevio({ admin, credentials, ca, stop });
    const client = clientCode(credentials.username);
    return new MockRevio({ admin: admin.inWorld(client), credentials, client, ca, stop });
  }

  /**
   * Use a server that is already running; by default the one that the environment names.
   *
   * Several test files can use one server at the same time: each handle has its own world, which `stop()` removes.
   */
  static async connect(address = addressOfEnvironment(), options: ConnectOptions = {}): Promise<MockRevio> {
    if (address === undefined) {
      throw new ServerError("no server: pass an address, set MOCKREVIO_URL, or run the tests with mockrevio exec");
    }
    const admin = new AdminClient(address, { token: options.adminToken ?? process.env["MOCKREVIO_ADMIN_TOKEN"] });
    await checkVersion(admin);
    const { isolated } = await admin.call<{ isolated: boolean }>("GET", "worlds");
    if (!isolated) {
      if (!options.sharedWorld) {
        throw new ServerError(
          `${admin.baseUrl} has one world for all clients, which test files that run in parallel would share. ` +
            "Start it with --isolate-clients (mockrevio exec --isolate-clients -- npm test), or pass sharedWorld: true " +
            "if only one test file at a time uses it",
        );
      }
      return new MockRevio({ admin, credentials: options.credentials ?? commonCredentials(), stop: async () => {} });
    }
    const given = options.client ?? (options.credentials && clientCode(options.credentials.username));
    const client = given ?? uniqueClientCode();
    const credentials = options.credentials ?? { username: `tester@${client}`, password: "secret" };
    const scoped = admin.inWorld(client);
    await scoped.call("PATCH", "settings", {}); // creates the world: reading creates none
    const remove = async () => {
      if (given === undefined) await admin.call("DELETE", "worlds", undefined, { client }).catch(ignoreIfGone);
    };
    return new MockRevio({ admin: scoped, credentials, client, stop: remove });
  }

  /** The address of the server: "http://127.0.0.1:54321". */
  get baseUrl(): string {
    return this.adminClient.baseUrl;
  }

  /** The address of the API, for the client under test: "http://127.0.0.1:54321/v1". */
  get url(): string {
    return `${this.baseUrl}/v1`;
  }

  /** The value of an Authorization header with the credentials. */
  get authorization(): string {
    const { username, password } = this.credentials;
    return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  }

  /** Reset the world to its fixture: data, ids, faults, settings, request log, clock. */
  async reset(): Promise<void> {
    await this.adminClient.call("POST", "reset");
  }

  /** The world as a fixture document. */
  state(): Promise<Fields> {
    return this.adminClient.call("GET", "state");
  }

  /** Replace the world with the contents of a fixture document. */
  async replaceState(document: Fields): Promise<void> {
    await this.adminClient.call("PUT", "state", document);
  }

  /** Call the admin API itself: `admin("GET", "behaviours")`. */
  admin<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    return this.adminClient.call(method, path, body);
  }

  /** Make matching requests fail before they are carried out. */
  fail({ status = 503, ...options }: FaultOptions & { status?: number } = {}): Promise<ArmedFault> {
    return this.faults.add(rule({ status }, options));
  }

  /** Delay matching requests: `slow("300ms")`, `slow("100ms..800ms", { times: 3 })`. */
  slow(latency: string, options: FaultOptions = {}): Promise<ArmedFault> {
    return this.faults.add(rule({ latency }, options));
  }

  /** Carry out the next matching request, but reset the connection instead of responding, to test retries. */
  loseAnswer({ times = 1, ...options }: FaultOptions = {}): Promise<ArmedFault> {
    return this.faults.add({ ...rule({ connection: "reset" }, { times, ...options }), phase: "after_commit" });
  }

  /**
   * Check how many matching requests were made; by default at least one. Requests in progress count.
   *
   * With a `timeout` ("5s"), waits for requests that are still to come. Throws VerificationError.
   */
  async assertCalled(
    match: LogMatch = {},
    count: Count = { min: 1 },
    { timeout }: { timeout?: string } = {},
  ): Promise<void> {
    await verifying(this.adminClient.call("POST", "requests/verify", expectation(match, count, timeout)));
  }

  /** Check that every fault fired, except optional ones, and that the mock had no error. Throws VerificationError. */
  async check(): Promise<void> {
    const unfired = (await this.faults.all()).filter(({ fired, optional }) => fired === 0 && !optional);
    const problems = unfired.map(({ id, name, effect, last_miss }) => {
      const reason = last_miss ?? "no request was made while it was armed";
      return `fault ${id}${name ? ` (${name})` : ""}, ${JSON.stringify(effect)}, never fired: ${reason}`;
    });
    if (problems.length) problems.push("pass optional: true for a fault that does not have to fire");
    for (const { method, path, error } of await this.requests.all({ status: 500 })) {
      if (error) problems.push(`mockrevio raised an exception on ${method} ${path}:\n${error}`);
    }
    if (problems.length) throw new VerificationError(problems.join("\n"));
  }

  /** Stop the server, or leave a running one: remove this handle's world from it, unless you chose its client code. */
  stop(): Promise<void> {
    return (this.stopped ??= this.end());
  }
}

// `await using mock = await MockRevio.open();`, where Node has it.
if (Symbol.asyncDispose) {
  Object.defineProperty(MockRevio.prototype, Symbol.asyncDispose, {
    value(this: MockRevio) {
      return this.stop();
    },
  });
}

export interface MockRevio extends AsyncDisposable {}

/** The address that the environment gives to tests, if any. */
export function addressOfEnvironment(): string | undefined {
  return process.env["MOCKREVIO_ADMIN_URL"] || process.env["MOCKREVIO_URL"] || undefined;
}

function commonCredentials(): Credentials {
  const { REVIO_USERNAME, REVIO_PASSWORD } = process.env;
  return { username: REVIO_USERNAME ?? "tester@mockrevio", password: REVIO_PASSWORD ?? "secret" };
}

async function checkVersion(admin: AdminClient): Promise<void> {
  const { version } = await admin.call<{ version?: string }>("GET", "health");
  if (version !== undefined && isTooOld(version)) throw new TooOldError(admin.baseUrl, version, REQUIRED_VERSION);
}

function clientCode(username: string): string {
  return username.slice(username.lastIndexOf("@") + 1);
}

/** Unique to this handle: process and thread ids repeat in containers. */
function uniqueClientCode(): string {
  return `node-${process.pid}-${threadId}-${randomBytes(6).toString("hex")}`;
}

function ignoreIfGone(error: unknown): void {
  const gone = error instanceof ServerError || (error instanceof AdminError && error.status === 404);
  if (!gone) throw error;
}

function rule(effect: Effect, { times, match, optional }: FaultOptions): FaultRule {
  return {
    effect,
    ...(match && { match }),
    ...(times !== undefined && { when: { times } }),
    ...(optional !== undefined && { optional }),
  };
}
