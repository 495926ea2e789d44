const { MockRevio } = require("@mockrevio/client");

let mock;

beforeAll(async () => {
  mock = await MockRevio.open();
});
beforeEach(() => mock.reset());
afterEach(() => mock.check());
afterAll(() => mock.stop());

async function createLink(externalId) {
  const link = { integration_system_id: 4, integration_entity_type_id: 2, internal_id: 1015, external_id: externalId };
  const headers = { authorization: mock.authorization, "content-type": "application/json" };
  const response = await fetch(`${mock.url}/IntegrationKeyLink`, { method: "POST", headers, body: JSON.stringify(link) });
  return response.status;
}

test.each(Array.from({ length: 20 }, (_, number) => number))("link %i is alone in its world", async (number) => {
  expect(await createLink(`0012D${number}`)).toBe(201);
  expect(await mock.links.all()).toHaveLength(1);
});
