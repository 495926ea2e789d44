// Test the sync job against mockrevio, both when Rev.io works and when it fails.

import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";

import { MockRevio } from "@mockrevio/client";

import { sync } from "./account-sync.js";
import { RevioClient, RevioError, RevioUnavailable } from "./revio-client.js";

const ACCOUNTS = [
  { Id: "0012D00000dAsFzQAK", Name: "Larkspur Dental Group", RevIo_Customer__c: 1015 },
  { Id: "0012D00000dAsGaQAK", Name: "Brightwater Logistics", RevIo_Customer__c: 1016 },
];
const [FIRST, SECOND] = ACCOUNTS.map((account) => account.Id);
const CREATE = { method: "POST", path: "/v1/IntegrationKeyLink" };

const mock = await MockRevio.open();
let revio, delays;

beforeEach(async () => {
  await mock.reset();
  const { username, password } = mock.credentials;
  delays = []; // what the client would have slept for, in milliseconds
  revio = new RevioClient(mock.url, [username, password], { sleep: async (delay) => delays.push(delay) });
});
afterEach(() => mock.check());
after(() => mock.stop());

async function customersByAccount() {
  return Object.fromEntries((await mock.links.all()).map((link) => [link.external_id, link.internal_id]));
}

test("links each account to its customer", async () => {
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.created, [FIRST, SECOND]);
  assert.deepEqual(await customersByAccount(), { [FIRST]: 1015, [SECOND]: 1016 });
});

test("second run changes nothing", async () => {
  await sync(ACCOUNTS, revio);
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.unchanged, [FIRST, SECOND]);
  await mock.assertCalled(CREATE, 2);
});

test("updates the link of an account that moved to another customer", async () => {
  await sync([{ ...ACCOUNTS[0], RevIo_Customer__c: 1001 }], revio);
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.changed, [FIRST]);
  assert.equal((await customersByAccount())[FIRST], 1015);
});

test("reports a missing customer and links the other accounts", async () => {
  await mock.entities.remove("CUSTOMER", 1015);
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.rejected, { [FIRST]: "CUSTOMER 1015 does not exist." });
  assert.deepEqual(await customersByAccount(), { [SECOND]: 1016 });
});

test("retries a 503 with exponential backoff", async () => {
  await mock.fail({ times: 2, match: CREATE });
  assert.deepEqual((await sync(ACCOUNTS.slice(0, 1), revio)).created, [FIRST]);
  assert.deepEqual(delays, [500, 1000]);
  await mock.assertCalled(CREATE, 3);
});

test("retries exactly once after one failure", async () => {
  await mock.fail({ times: 1, status: 502, match: CREATE });
  await sync(ACCOUNTS.slice(0, 1), revio);
  await mock.assertCalled(CREATE, 2);
});

test("gives up after the last attempt", async () => {
  await mock.fail();
  await assert.rejects(sync(ACCOUNTS, revio), RevioUnavailable);
  assert.equal(delays.length, 3);
});

test("does not retry a 500", async () => {
  await mock.faults.add({ effect: { preset: "server_error" }, match: CREATE });
  await assert.rejects(sync(ACCOUNTS, revio), RevioError);
  assert.deepEqual(delays, []);
});

test("waits one second longer than a 429 asks", async () => {
  await mock.faults.add({ effect: { preset: "rate_limited" }, when: { times: 1 } }); // "... in 26 seconds."
  assert.deepEqual((await sync(ACCOUNTS, revio)).created, [FIRST, SECOND]);
  assert.deepEqual(delays, [27_000]);
});

for (const phase of ["before_commit", "after_commit"]) {
  test(`creates exactly one link if the response is lost ${phase}`, async () => {
    await mock.faults.add({ effect: { connection: "reset" }, match: CREATE, when: { times: 1 }, phase });
    assert.deepEqual((await sync(ACCOUNTS.slice(0, 1), revio)).created, [FIRST]);
    assert.deepEqual(await customersByAccount(), { [FIRST]: 1015 });
    await mock.assertCalled(CREATE, phase === "before_commit" ? 2 : 1);
  });
}
