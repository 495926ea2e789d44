// A mock Rev.io for tests in Node. Copy it into your project: it needs only Node 18 or newer.
//
// It starts `mockrevio serve` on a free port. If MOCKREVIO_URL is set, it uses that server instead
// (`mockrevio serve --isolate-clients`), with a client code unique to this process.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const NOT_ON_PATH = "mockrevio is not on the PATH; activate its environment or set MOCKREVIO_URL";

export class MockRevio {
  static async start({ fixture = "default" } = {}) {
    const mock = new MockRevio();
    if (process.env.MOCKREVIO_URL) await mock.connect(process.env.MOCKREVIO_URL);
    else await mock.spawn(fixture);
    return mock;
  }

  async connect(baseUrl) {
    this.baseUrl = baseUrl.replace(/\/$/, "");
    if (!(await this.admin("GET", "worlds")).isolated) {
      throw new Error(`${baseUrl} does not isolate client codes; start it with --isolate-clients`);
    }
    this.client = `node-${process.pid}`;
  }

  async spawn(fixture) {
    const args = ["serve", "--port", "0", "--ephemeral", "--fixture", fixture];
    this.process = spawn("mockrevio", args, { stdio: ["ignore", "pipe", "inherit"] });
    process.once("exit", () => this.process.kill()); // in case the tests exit early
    const lines = createInterface({ input: this.process.stdout });
    const line = await new Promise((resolve, reject) => {
      lines.once("line", resolve);
      this.process.once("exit", () => resolve("see the error above"));
      this.process.once("error", (error) => reject(error.code === "ENOENT" ? new Error(NOT_ON_PATH) : error));
    });
    this.baseUrl = /http:\/\/\S+?:\d+/.exec(line)?.[0];
    if (!this.baseUrl) throw new Error(`mockrevio did not start: ${line}`);
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, "exit");
    this.process.kill();
    await exited;
  }

  /** The base URL of the API, to pass to your client. */
  get url() {
    return `${this.baseUrl}/v1`;
  }

  get credentials() {
    return [`tester@${this.client ?? "mockrevio"}`, "secret"];
  }

  /** Call the admin API (see docs/admin.md): `admin("POST", "faults", {...})`. */
  async admin(method, path, body) {
    const url = new URL(`${this.baseUrl}/__admin/${path}`);
    if (this.client) url.searchParams.set("client", this.client);
    const response = await fetch(url, { method, body: body && JSON.stringify(body) }).catch((error) => {
      throw new Error(`${this.baseUrl} is unreachable: ${error.cause?.code ?? error.message}`);
    });
    const result = await response.json();
    if (!response.ok) throw new Error(result.message + (result.nearest ? JSON.stringify(result.nearest) : ""));
    return result;
  }

  reset() {
    return this.admin("POST", "reset");
  }

  addFault(effect, rule = {}) {
    return this.admin("POST", "faults", { effect, ...rule });
  }

  async links() {
    return (await this.admin("GET", "key_links")).key_links;
  }

  /** Fail unless exactly `times` requests matched. */
  assertCalled(match, times) {
    return this.admin("POST", "requests/verify", { match, count: times });
  }

  /** Fail if an armed fault never fired: the test then does not test what it should. */
  async checkFaults() {
    const { faults } = await this.admin("GET", "faults");
    const unused = faults.find((fault) => fault.fired === 0);
    if (unused) throw new Error(`fault never fired: ${JSON.stringify(unused.effect)} (${unused.last_miss})`);
  }
}
