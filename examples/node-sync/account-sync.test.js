// The sync job against a mock Rev.io, on good days and on bad ones.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { sync } from "./account-sync.js";
import { MockRevio } from "./mock-revio.js";
import { RevIo, RevIoError, Unanswered } from "./revio-client.js";

const ACCOUNTS = [
  { Id: "0012D00000dAsFzQAK", Name: "Larkspur Dental Group", RevIo_Customer__c: 1015 },
  { Id: "0012D00000dAsGaQAK", Name: "Brightwater Logistics", RevIo_Customer__c: 1016 },
];
const [FIRST, SECOND] = ACCOUNTS.map((account) => account.Id);
const CREATE = { method: "POST", path: "/v1/IntegrationKeyLink" };

let mock, revio, pauses;

before(async () => {
  mock = await MockRevio.start();
});
beforeEach(async () => {
  await mock.reset();
  pauses = [];
  revio = new RevIo(mock.url, mock.credentials, { sleep: async (pause) => pauses.push(pause) });
});
afterEach(() => mock.checkFaults());
after(() => mock.stop());

async function linked() {
  return Object.fromEntries((await mock.links()).map((link) => [link.external_id, link.internal_id]));
}

test("each account is linked to its customer", async () => {
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.created, [FIRST, SECOND]);
  assert.deepEqual(await linked(), { [FIRST]: 1015, [SECOND]: 1016 });
});

test("a second run changes nothing", async () => {
  await sync(ACCOUNTS, revio);
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.unchanged, [FIRST, SECOND]);
  await mock.assertCalled(CREATE, 2);
});

test("an account that has moved to another customer takes its link along", async () => {
  await sync([{ ...ACCOUNTS[0], RevIo_Customer__c: 1001 }], revio);
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.changed, [FIRST]);
  assert.equal((await linked())[FIRST], 1015);
});

test("a customer that does not exist is reported, and the others are linked", async () => {
  await mock.admin("DELETE", "entities/CUSTOMER/1015");
  const report = await sync(ACCOUNTS, revio);
  assert.deepEqual(report.refused, { [FIRST]: "CUSTOMER 1015 does not exist." });
  assert.deepEqual(await linked(), { [SECOND]: 1016 });
});

test("two failures are outlasted, with growing pauses", async () => {
  await mock.addFault({ status: 503 }, { match: CREATE, when: { times: 2 } });
  assert.deepEqual((await sync(ACCOUNTS.slice(0, 1), revio)).created, [FIRST]);
  assert.deepEqual(pauses, [500, 1000]);
  await mock.assertCalled(CREATE, 3);
});

test("one failure is followed by exactly one more attempt", async () => {
  await mock.addFault({ status: 502 }, { match: CREATE, when: { times: 1 } });
  await sync(ACCOUNTS.slice(0, 1), revio);
  await mock.assertCalled(CREATE, 2);
});

test("it gives up in the end", async () => {
  await mock.addFault({ status: 503 });
  await assert.rejects(sync(ACCOUNTS, revio), Unanswered);
  assert.equal(pauses.length, 3);
});

test("a 500 is not tried again", async () => {
  await mock.addFault({ preset: "server_error" }, { match: CREATE });
  await assert.rejects(sync(ACCOUNTS, revio), RevIoError);
  assert.deepEqual(pauses, []);
});

test("the rate limit is waited out, and a second more", async () => {
  await mock.addFault({ preset: "rate_limited" }, { when: { times: 1 } }); // "... in 26 seconds."
  assert.deepEqual((await sync(ACCOUNTS, revio)).created, [FIRST, SECOND]);
  assert.deepEqual(pauses, [27_000]);
});

for (const phase of ["before_commit", "after_commit"]) {
  test(`an answer lost ${phase} neither loses the link nor makes two`, async () => {
    await mock.addFault({ connection: "reset" }, { match: CREATE, when: { times: 1 }, phase });
    assert.deepEqual((await sync(ACCOUNTS.slice(0, 1), revio)).created, [FIRST]);
    assert.deepEqual(await linked(), { [FIRST]: 1015 });
    await mock.assertCalled(CREATE, phase === "before_commit" ? 2 : 1);
  });
}
