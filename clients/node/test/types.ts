// Compiled, not run: what the declarations allow, and what they refuse.
import { MockRevio, VerificationError, type Changes, type KeyLink } from "@mockrevio/client";
import globalSetup = require("@mockrevio/client/global-setup");

export async function allowed(): Promise<void> {
  await using mock = await MockRevio.open({ fixture: ["default", "mine.json"], settings: { isolate_clients: true } });
  const [link]: KeyLink[] = await mock.links.all();
  const id: number | undefined = link?.internal_id;
  await mock.entities.add("CUSTOMER", { id: id ?? 1, status: "ACTIVE" });
  await mock.fail({ times: 2, status: 502, match: { method: ["PUT", "POST"], body: { external_id: null } } });
  await mock.faults.add({ effect: { connection: "reset" }, when: { times: 1 }, phase: "after_commit" });
  await mock.assertCalled({ path: "/v1/*", status: "5xx" }, { min: 1, max: 2 }, { timeout: "5s" });
  await mock.settings.change({ latency: null, error_rate: "0.05:500" });
  const changes: Changes = await mock.snapshots.changesSince(await mock.snapshots.save());
  const stop: () => Promise<void> = await globalSetup();
  await stop();
  if (changes.added.length) throw new VerificationError("");
}

export async function refused(mock: MockRevio): Promise<void> {
  // @ts-expect-error: the part is called times
  await mock.fail({ time: 2 });
  // @ts-expect-error: there is no such preset
  await mock.faults.add({ effect: { preset: "rate_limit" } });
  // @ts-expect-error: the log knows faults, rules match requests before any
  await mock.fail({ match: { fault: "any" } });
  // @ts-expect-error: a handle is opened, started or connected
  new MockRevio();
}
