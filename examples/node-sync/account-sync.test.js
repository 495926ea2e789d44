// Test the sync job against mockrevio, both when Rev.io works and when it fails.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { sync } from "./account-sync.js";
import { MockRevio } from "./mock-revio.js";
import { RevioClient, RevioError, RevioUnavailable } from "./revio-client.js";

const ACCOUNTS = [
  { Id: "0012D00000dAsFzQAK", Name: "Larkspur Dental Group", RevIo_Customer__c: 1015 },
  { Id: "0012D00000dAsGaQAK", Name: "Brightwater Logistics", RevIo_Customer__c: 1016 },
];
const [FIRST, SECOND] = ACCOUNTS.map((account) => account.Id);
const CREATE = { method: "POST", path: "/v1/IntegrationKeyLink" };

let mock, revio, delays;

before(async () => {
  mock = await MockRevio.start();
});
beforeEach(async () => {
  await mock.reset();
  delays = []; // what the client would have slept for, in milliseconds
  revio = new RevioClient(mock.url, mock.credentials, { sleep: async (delay) => delays.push(delay) });
});
afterEach(() => mock.checkFaults());
after(() => mock?.stop());

async function customersByAccount() {
  return Object.fromEntries((await mock.links()).map((link) => [link.external_id, link.internal_id]));
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
  await mock.admin("DELETE", "entities/CUSTOMER/1015");
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.rejected, { [FIRST]: "CUSTOMER 1015 does not exist." });
  assert.deepEqual(await customersByAccount(), { [SECOND]: 1016 });
});

test("retries a 503 with exponential backoff", async () => {
  await mock.addFault({ status: 503 }, { match: CREATE, when: { times: 2 } });
  assert.deepEqual((await sync(ACCOUNTS.slice(0, 1), revio)).created, [FIRST]);
  assert.deepEqual(delays, [500, 1000]);
  await mock.assertCalled(CREATE, 3);
});

test("retries exactly once after one failure", async () => {
  await mock.addFault({ status: 502 }, { match: CREATE, when: { times: 1 } });
  await sync(ACCOUNTS.slice(0, 1), revio);
  await mock.assertCalled(CREATE, 2);
});

test("gives up after the last attempt", async () => {
  await mock.addFault({ status: 503 });
  await assert.rejects(sync(ACCOUNTS, revio), RevioUnavailable);
  assert.equal(delays.length, 3);
});

test("does not retry a 500", async () => {
  await mock.addFault({ preset: "server_error" }, { match: CREATE });
  await assert.rejects(sync(ACCOUNTS, revio), RevioError);
  assert.deepEqual(delays, []);
});

test("waits one second longer than a 429 asks", async () => {
  await mock.addFault({ preset: "rate_limited" }, { when: { times: 1 } }); // "... in 26 seconds."
  assert.deepEqual((await sync(ACCOUNTS, revio)).created, [FIRST, SECOND]);
  assert.deepEqual(delays, [27_000]);
});

for (const phase of ["before_commit", "after_commit"]) {
  test(`creates exactly one link if the response is lost ${phase}`, async () => {
    await mock.addFault({ connection: "reset" }, { match: CREATE, when: { times: 1 }, phase });
    assert.deepEqual((await sync(ACCOUNTS.slice(0, 1), revio)).created, [FIRST]);
    assert.deepEqual(await customersByAccount(), { [FIRST]: 1015 });
    await mock.assertCalled(CREATE, phase === "before_commit" ? 2 : 1);
  });
}
