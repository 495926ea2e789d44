import assert from "node:assert/strict";
import { after, afterEach, beforeEach, test } from "node:test";

import { MockRevio } from "@mockrevio/client";

const mock = await MockRevio.open();

beforeEach(() => mock.reset());
afterEach(() => mock.check());
after(() => mock.stop());

async function createLink(externalId) {
  const link = { integration_system_id: 4, integration_entity_type_id: 2, internal_id: 1015, external_id: externalId };
  const headers = { authorization: mock.authorization, "content-type": "application/json" };
  const response = await fetch(`${mock.url}/IntegrationKeyLink`, { method: "POST", headers, body: JSON.stringify(link) });
  return response.status;
}

test("the first link gets id 1", async () => {
  assert.equal(await createLink("0012D0"), 201);
  assert.deepEqual((await mock.links.all()).map((link) => link.integration_key_link_id), [1]);
});

test("a fault fails the next create only", async () => {
  await mock.fail({ times: 1, match: { method: "POST" } });
  assert.deepEqual([await createLink("0012D0"), await createLink("0012D0")], [503, 201]);
  await mock.assertCalled({ method: "POST" }, 2);
});
