// Starting a server, connecting to one, and what happens at the end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";

import { AdminError, MockRevio, ProgramNotFoundError, ServerError, TooOldError } from "@mockrevio/client";

import { call, fakeProgram, node, run } from "./support.mjs";

let shared;

before(async () => {
  shared = await MockRevio.start({ settings: { isolate_clients: true } });
});
after(() => shared.stop());

async function gone(url) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      await fetch(url);
    } catch {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${url} still responds`);
}

test("a started server is ready, and gone after stop, which can be repeated", async () => {
  const mock = await MockRevio.start({ fixture: ["default", "demo"], settings: { error_shape: "object" } });
  assert.match(mock.url, /^http:\/\/127\.0\.0\.1:\d+\/v1$/);
  assert.equal((await call(mock, "Customers/1015")).status, 200);
  assert.equal((await mock.settings.get()).error_shape, "object");
  await Promise.all([mock.stop(), mock.stop()]);
  await gone(mock.url);
  await assert.rejects(mock.reset(), (error) => error instanceof ServerError && /does not respond: ECONNREFUSED/.test(error));
});

test("a server that serves HTTPS is trusted, and says whom to trust", async () => {
  const mock = await MockRevio.start({ settings: { tls: "auto" } });
  try {
    await mock.reset();
    const request = https.get(`${mock.url}/SystemStatus`, { ca: mock.ca, auth: Object.values(mock.credentials).join(":") });
    const [response] = await once(request, "response");
    assert.equal(response.statusCode, 200);
    response.resume();
  } finally {
    await mock.stop();
  }
});

test("a mock that is not stopped keeps no process alive, and does not outlive it", async () => {
  const start = `
    import { MockRevio } from "@mockrevio/client";
    console.log((await MockRevio.start()).url);
  `;
  await gone((await node(start)).trim());

  const killed = spawn(process.execPath, ["--input-type=module", "-e", `${start} setInterval(() => {}, 1000);`], {
    cwd: new URL(".", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = await once(createInterface(killed.stdout), "line");
  killed.kill("SIGKILL");
  await gone(url);
});

test("a missing program is named, with what to do", async () => {
  await assert.rejects(MockRevio.start({ command: "no-such-mockrevio" }), (error) => {
    assert.ok(error instanceof ProgramNotFoundError);
    assert.match(error.message, /^no-such-mockrevio was not found. Install mockrevio and activate its environment/);
    return true;
  });
});

test("a program that is too old is named with both versions", async () => {
  const command = await fakeProgram('if [ "$1" = --version ]; then echo mockrevio 0.0.9; else exit 2; fi');
  await assert.rejects(MockRevio.start({ command }), (error) => {
    assert.ok(error instanceof TooOldError);
    assert.deepEqual([error.found, error.required], ["0.0.9", "0.1.0"]);
    return error.message === `${command} is mockrevio 0.0.9; this version of @mockrevio/client needs 0.1.0 or newer`;
  });
});

test("a program that is something else is not taken for mockrevio", async () => {
  const command = await fakeProgram("echo other 1.0");
  await assert.rejects(MockRevio.start({ command }), { name: "ServerError", message: `${command} is not mockrevio: other 1.0` });
});

test("a setting that is wrong is reported as mockrevio reports it", async () => {
  await assert.rejects(MockRevio.start({ settings: { latency: "fast" } }), {
    name: "ServerError",
    message: /^mockrevio did not start: --latency: must be a duration .*, not 'fast'$/,
  });
});

test("an option that does not exist is reported without the usage of the command line", async () => {
  await assert.rejects(MockRevio.start({ settings: { latncy: "1s" } }), {
    name: "ServerError",
    message: /^mockrevio did not start: No such option '--latncy'/,
  });
});

test("a program that ends without a message is named with its status", async () => {
  const command = await fakeProgram("exit 3");
  await assert.rejects(MockRevio.start({ command }), {
    name: "ServerError",
    message: `mockrevio did not start: ${command} ended with status 3 and without a message`,
  });
});

test("an empty command is an error", async () => {
  for (const command of ["", []]) {
    await assert.rejects(MockRevio.start({ command }), { name: "ServerError", message: /^`command` is empty/ });
  }
});

test("settings in the environment do not change a test", async () => {
  const mock = await node(
    `import { MockRevio } from "@mockrevio/client";
     const mock = await MockRevio.start();
     console.log((await mock.settings.get()).latency);
     await mock.stop();`,
    { MOCKREVIO_LATENCY: "1ms" },
  );
  assert.equal(mock, "null\n");
});

test("each connection has a world that nobody else has, and stop removes it", async () => {
  const [one, other] = await Promise.all([MockRevio.connect(shared.baseUrl), MockRevio.connect(`${shared.url}/`)]);
  await one.links.add({ internal_id: 1015, external_id: "0012D0" });
  assert.deepEqual([(await one.links.all()).length, (await other.links.all()).length], [1, 0]);
  assert.equal((await call(one, "IntegrationKeyLink")).json.record_count, 1);
  assert.ok((await listWorlds()).includes(one.client));
  await one.stop();
  assert.ok(!(await listWorlds()).includes(one.client));
  await other.stop();
});

async function listWorlds() {
  const response = await fetch(`${shared.baseUrl}/__admin/worlds`);
  return (await response.json()).worlds.map(({ client }) => client);
}

test("worker threads of one process get different client codes", async () => {
  const code = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { MockRevio } = require(workerData.module);
    MockRevio.connect(workerData.url).then(async (mock) => { parentPort.postMessage(mock.client); await mock.stop(); });
  `;
  const workerData = { url: shared.baseUrl, module: new URL("../dist/index.js", import.meta.url).pathname };
  const workers = Array.from({ length: 4 }, () => new Worker(code, { eval: true, workerData }));
  const clients = await Promise.all(workers.map(async (worker) => (await once(worker, "message"))[0]));
  assert.equal(new Set(clients).size, 4);
});

test("a client code that was chosen is used, and its world is left alone", async () => {
  const mock = await MockRevio.connect(shared.baseUrl, { client: "nightly" });
  assert.deepEqual(mock.credentials, { username: "tester@nightly", password: "secret" });
  await mock.stop();
  assert.ok((await listWorlds()).includes("nightly"));
});

test("a server with one world is refused, unless sharing it is wanted", async () => {
  const single = await MockRevio.start();
  try {
    await assert.rejects(MockRevio.connect(single.baseUrl), {
      name: "ServerError",
      message: /has one world for all clients.*Start it with --isolate-clients .*or pass sharedWorld: true/,
    });
    const mock = await MockRevio.connect(single.baseUrl, { sharedWorld: true });
    await mock.links.add({ internal_id: 1015, external_id: "0012D0" });
    await mock.stop();
    assert.equal((await single.links.all()).length, 1);
  } finally {
    await single.stop();
  }
});

test("an admin token is sent", async () => {
  const guarded = await MockRevio.start({ settings: { admin_token: "t-1", isolate_clients: true } });
  try {
    await guarded.reset();
    await assert.rejects(MockRevio.connect(guarded.baseUrl), (error) => error instanceof AdminError && error.status === 401);
    await (await MockRevio.connect(guarded.baseUrl, { adminToken: "t-1" })).stop();
  } finally {
    await guarded.stop();
  }
});

test("an address that nobody listens on, and one that is none, are named", async () => {
  await assert.rejects(MockRevio.connect("http://127.0.0.1:9"), { message: /^http:\/\/127\.0\.0\.1:9 does not respond: / });
  await assert.rejects(MockRevio.connect("mock:7384x"), { name: "ServerError" });
  await assert.rejects(MockRevio.connect("nonsense"), { message: /must look like http:\/\/127.0.0.1:7384, not 'nonsense'/ });
});

test("a server that is not mockrevio, and one that is too old, are named", async () => {
  let body = "<html>";
  const server = createServer((_, response) => response.end(body)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  await assert.rejects(MockRevio.connect(url), { message: `${url} is not mockrevio: GET /__admin/health got a 200 without JSON` });
  body = '{"ok": true, "version": "0.0.9"}';
  await assert.rejects(MockRevio.connect(url), { name: "TooOldError", message: /is mockrevio 0\.0\.9; .* needs 0\.1\.0/ });
  server.close();
});

test("open uses the server that the environment names, and starts one if there is none", async () => {
  const program = `
    import { MockRevio } from "@mockrevio/client";
    const mock = await MockRevio.open();
    console.log(mock.baseUrl, (await mock.links.all()).length);
    await mock.stop();
  `;
  const fromExec = { MOCKREVIO_URL: "http://127.0.0.1:9", MOCKREVIO_ADMIN_URL: `${shared.baseUrl}/__admin` };
  for (const env of [{ MOCKREVIO_URL: shared.baseUrl }, fromExec]) {
    assert.equal(await node(program, env), `${shared.baseUrl} 0\n`);
  }
  assert.doesNotMatch(await node(program), new RegExp(shared.baseUrl));
});

test("mockrevio exec gives tests its mock", async () => {
  const program = `
    import { MockRevio } from "@mockrevio/client";
    const mock = await MockRevio.open({ sharedWorld: true });
    await mock.reset();
    console.log(mock.url === process.env.REVIO_URL, mock.credentials.username === process.env.REVIO_USERNAME);
  `;
  const args = ["exec", "--admin-token", "t", "--", process.execPath, "--input-type=module", "-e", program];
  const { stdout } = await run("mockrevio", args, { cwd: new URL(".", import.meta.url) });
  assert.equal(stdout, "true true\n");
});

test("await using stops the mock", { skip: !Symbol.asyncDispose && "this Node has no Symbol.asyncDispose" }, async () => {
  const mock = await MockRevio.start();
  await mock[Symbol.asyncDispose]();
  await gone(mock.url);
});
