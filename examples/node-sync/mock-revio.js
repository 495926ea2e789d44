// A mock Rev.io for tests in Node. Copy it into your project: it needs nothing but Node 18.
//
// It starts `mockrevio serve` on a free port. Where MOCKREVIO_URL names a running server
// (`mockrevio serve --isolate-clients`), that is used, with a client code of this process's own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

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
      throw new Error(`${baseUrl} has one world for all; start it with --isolate-clients`);
    }
    this.client = `node-${process.pid}`;
  }

  async spawn(fixture) {
    const options = ["serve", "--port", "0", "--ephemeral", "--fixture", fixture];
    this.process = spawn("mockrevio", options, { stdio: ["ignore", "pipe", "inherit"] });
    process.once("exit", () => this.process.kill()); // if the tests end early
    const lines = createInterface({ input: this.process.stdout });
    const [line] = await Promise.race([
      once(lines, "line"),
      once(this.process, "exit").then(() => [""]),
      once(this.process, "error").then(([error]) => [String(error)]),
    ]);
    this.baseUrl = /http:\/\/\S+?:\d+/.exec(line)?.[0];
    if (!this.baseUrl) throw new Error(`mockrevio did not start: ${line}`);
  }

  async stop() {
    if (!this.process) return;
    const ended = once(this.process, "exit");
    this.process.kill();
    await ended;
  }

  /** The API's address, for clients that are told one. */
  get url() {
    return `${this.baseUrl}/v1`;
  }

  get credentials() {
    return [`tester@${this.client ?? "mockrevio"}`, "secret"];
  }

  /** An admin call of docs/admin.md: `admin("POST", "faults", {...})`. */
  async admin(method, path, body) {
    const url = new URL(`${this.baseUrl}/__admin/${path}`);
    if (this.client) url.searchParams.set("client", this.client);
    const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
    const content = await answer.json();
    if (!answer.ok) throw new Error(content.message + (content.nearest ? JSON.stringify(content.nearest) : ""));
    return content;
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

  /** Fail unless so many calls were made that the matcher means. */
  assertCalled(match, times) {
    return this.admin("POST", "requests/verify", { match, count: times });
  }

  /** Fail if a fault was armed and never fired: the test does not test what it means to. */
  async checkFaults() {
    const { faults } = await this.admin("GET", "faults");
    const idle = faults.filter((each) => each.fired === 0);
    if (idle.length) throw new Error(`never fired: ${JSON.stringify(idle[0].effect)} (${idle[0].last_miss})`);
  }
}
