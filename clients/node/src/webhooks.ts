import type { AdminClient } from "./admin-client.js";
import { expectation, verifying } from "./requests.js";
import type { Count, Delivery } from "./types.js";

/** The deliveries of webhooks, oldest first. */
export class Webhooks {
  constructor(private readonly admin: AdminClient) {}

  /** The deliveries that match; by default all. */
  async all(match: { event_type?: string; receiver?: number; status?: string } = {}): Promise<Delivery[]> {
    return (await this.admin.call<{ deliveries: Delivery[] }>("GET", "webhooks", undefined, match)).deliveries;
  }

  /** Register a receiver that is active at once, subscribe it to event types, and return its id. */
  async subscribe(url: string, ...eventTypes: string[]): Promise<number> {
    const body = { url, event_types: eventTypes };
    return (await this.admin.call<{ webhook_receiver_id: number }>("POST", "webhooks/receivers", body))
      .webhook_receiver_id;
  }

  /** Send a delivery again and return it. */
  redeliver(id: number): Promise<Delivery> {
    return this.admin.call("POST", `webhooks/${id}/redeliver`);
  }

  /** Wait until this many notifications were delivered, by default at least one. Throws VerificationError. */
  async assertDelivered(
    match: { event_type?: string; object_id?: number; receiver?: number } = {},
    count: Count = { min: 1 },
    { timeout = "5s" }: { timeout?: string } = {},
  ): Promise<void> {
    await verifying(this.admin.call("POST", "webhooks/verify", expectation(match, count, timeout)));
  }
}
