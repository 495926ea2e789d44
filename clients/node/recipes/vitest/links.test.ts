import { MockRevio } from "@mockrevio/client";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";

const mock = await MockRevio.open();

beforeEach(() => mock.reset());
afterEach(() => mock.check());
afterAll(() => mock.stop());

async function createLink(externalId: string): Promise<number> {
  const link = { integration_system_id: 4, integration_entity_type_id: 2, internal_id: 1015, external_id: externalId };
  const headers = { authorization: mock.authorization, "content-type": "application/json" };
  const response = await fetch(`${mock.url}/IntegrationKeyLink`, { method: "POST", headers, body: JSON.stringify(link) });
  return response.status;
}

test("the first link gets id 1", async () => {
  expect(await createLink("0012D0")).toBe(201);
  expect(await mock.links.all()).toMatchObject([{ integration_key_link_id: 1, external_id: "0012D0" }]);
});

test("a fault fails the next create only", async () => {
  await mock.fail({ times: 1, match: { method: "POST" } });
  expect([await createLink("0012D0"), await createLink("0012D0")]).toEqual([503, 201]);
  await mock.assertCalled({ method: "POST" }, 2);
});
