// What a test does with a mock.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, beforeEach, test } from "node:test";

import { AdminError, MockRevio, VerificationError } from "@mockrevio/client";

import { call } from "./support.mjs";

const LINK = { internal_id: 1015, external_id: "0012D00000dAsFzQAK" };
const CREATE = { method: "POST", path: "/v1/IntegrationKeyLink" };
const mock = await MockRevio.start();

beforeEach(() => mock.reset());
after(() => mock.stop());

function create(link = LINK) {
  const body = { integration_system_id: 4, integration_entity_type_id: 2, ...link };
  return call(mock, "IntegrationKeyLink", { method: "POST", body });
}

test("records are added, read, changed and removed", async () => {
  const { entities } = mock;
  assert.equal((await entities.add("CUSTOMER", { id: 4711, status: "ACTIVE" })).customer_id, 4711);
  await entities.update("customer", 4711, { status: "CLOSED" });
  assert.equal((await call(mock, "Customers/4711")).json.status, "CLOSED");
  assert.equal((await entities.put("CUSTOMER", 4711)).status, undefined);
  await entities.remove("CUSTOMER", 4711);
  assert.equal(await entities.get("CUSTOMER", 4711), undefined);
  assert.equal((await entities.make("Orders", 3)).length, 3);
  await entities.clear("Orders");
  assert.deepEqual(await entities.all("Orders"), []);
  await assert.rejects(entities.get("CUSTOMERS_", 1), AdminError);
});

test("key links are created under Rev.io's rules", async () => {
  assert.equal((await mock.links.add(LINK)).integration_key_link_id, 1);
  assert.deepEqual((await mock.links.all()).map(({ external_id }) => external_id), [LINK.external_id]);
  await assert.rejects(mock.links.add({ ...LINK, internal_id: 4711 }), (error) => {
    assert.ok(error instanceof AdminError);
    assert.equal(error.status, 400);
    return /4711 does not exist/.test(error.message);
  });
});

test("faults fail, delay and lose the answers to requests", async () => {
  await mock.fail({ times: 1, match: CREATE });
  assert.equal((await create()).status, 503);
  await mock.loseAnswer({ match: CREATE });
  await assert.rejects(create(), TypeError);
  assert.equal((await mock.links.all()).length, 1);
  const slow = await mock.slow("30ms", { match: { method: "GET" } });
  const start = performance.now();
  await call(mock, "SystemStatus");
  assert.ok(performance.now() - start >= 29);
  assert.equal((await mock.faults.get(slow.id)).fired, 1);
  await mock.faults.remove(slow.id);
  assert.equal((await mock.faults.all()).length, 2);
  await mock.check();
  await mock.faults.clear();
  await assert.rejects(mock.faults.add({ effect: { status: 99 } }), { name: "AdminError", status: 400 });
});

test("a fault that never fired fails the check, with the reason", async () => {
  await mock.fail({ match: { path: "/v1/Nothing" } });
  await mock.fail({ match: { path: "/v1/Else" }, optional: true });
  await call(mock, "SystemStatus");
  await assert.rejects(mock.check(), (error) => {
    assert.ok(error instanceof VerificationError);
    assert.match(error.message, /^fault 1, \{"status":503\}, never fired: .*path/);
    return /pass optional: true/.test(error.message);
  });
});

test("requests are listed, counted and verified", async () => {
  await create();
  await create();
  const [first, second] = await mock.requests.all(CREATE);
  assert.deepEqual([first.response.status, second.response.status], [201, 400]);
  assert.equal(await mock.requests.count({ status: "4xx" }), 1);
  await mock.assertCalled(CREATE, 2);
  await mock.assertCalled({ body: { external_id: "0012*" } });
  await assert.rejects(mock.assertCalled({ ...CREATE, body: { internal_id: 1016 } }, 1), (error) => {
    assert.ok(error instanceof VerificationError);
    return /^0 requests match, expected 1[^]*POST \/v1\/IntegrationKeyLink: body.internal_id is 1015, not 1016/.test(error.message);
  });
  await mock.requests.clear();
  assert.deepEqual(await mock.requests.all(), []);
});

test("a verification waits for requests that are still to come", async () => {
  const waiting = mock.assertCalled(CREATE, 1, { timeout: "20s" });
  await create();
  await waiting;
  await assert.rejects(mock.assertCalled(CREATE, { min: 2 }, { timeout: "50ms" }), VerificationError);
});

test("snapshots show what changed, and restore it", async () => {
  const name = await mock.snapshots.save();
  await create();
  const { added } = await mock.snapshots.changesSince(name);
  assert.deepEqual(added.map(({ table, id }) => [table, id]), [["key_links", 1]]);
  await mock.snapshots.restore(name);
  assert.deepEqual(await mock.links.all(), []);
  assert.ok((await mock.snapshots.names()).includes(name));
  await mock.snapshots.remove(name);
  await assert.rejects(mock.snapshots.restore(name), { code: "not_found" });
});

test("the state of the world is read and replaced", async () => {
  const state = await mock.state();
  await create();
  await mock.replaceState(state);
  assert.deepEqual(await mock.links.all(), []);
  await assert.rejects(mock.replaceState({ entitys: {} }), { name: "AdminError", code: "invalid" });
});

test("the clock is frozen, set, advanced and released", async () => {
  await mock.clock.freeze(new Date("2030-01-02T03:04:05Z"));
  await mock.clock.advance("90s");
  assert.equal((await mock.clock.now()).toISOString(), "2030-01-02T03:05:35.000Z");
  await mock.links.add(LINK);
  assert.equal((await mock.links.all())[0].created_date, "2030-01-02T03:05:35.000");
  await mock.clock.runFrom("2020-01-01");
  assert.equal((await mock.clock.now()).getUTCFullYear(), 2020);
  await mock.clock.release();
  assert.ok(Math.abs((await mock.clock.now()).getTime() - Date.now()) < 60_000);
  await mock.clock.freeze();
});

test("settings change until the next reset", async () => {
  assert.equal((await mock.settings.change({ error_shape: "object" })).error_shape, "object");
  assert.equal((await call(mock, "Customers/4711")).json.ok, false);
  await mock.reset();
  assert.equal((await mock.settings.get()).error_shape, "array");
});

test("webhooks are delivered, verified and sent again", async () => {
  const received = [];
  const receiver = createServer((request, response) => {
    received.push(request.url);
    request.resume();
    response.end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => receiver.once("listening", resolve));
  const { port } = receiver.address();
  try {
    await mock.webhooks.subscribe(`http://127.0.0.1:${port}/hook`, "CUSTOMER_CREATED");
    await call(mock, "Customers", { method: "POST", body: { status: "ACTIVE" } });
    await mock.webhooks.assertDelivered({ event_type: "CUSTOMER_CREATED" }, 1);
    const [delivery] = await mock.webhooks.all({ event_type: "CUSTOMER_CREATED" });
    assert.equal(delivery.status, "delivered");
    await mock.webhooks.redeliver(delivery.id);
    await mock.webhooks.assertDelivered({}, 2);
    assert.deepEqual(new Set(received), new Set(["/hook"]));
    await assert.rejects(mock.webhooks.assertDelivered({}, 9, { timeout: "10ms" }), VerificationError);
  } finally {
    receiver.close();
  }
});

test("what tests replace does not reach the mock's own calls", async () => {
  const { fetch, setTimeout } = globalThis;
  globalThis.fetch = globalThis.setTimeout = () => assert.fail("the mock used it");
  try {
    await mock.reset();
  } finally {
    Object.assign(globalThis, { fetch, setTimeout });
  }
});
