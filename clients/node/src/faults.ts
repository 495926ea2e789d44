import type { AdminClient } from "./admin-client.js";
import type { ArmedFault, FaultRule } from "./types.js";

/** The fault rules, in the order in which they are evaluated. */
export class Faults {
  constructor(private readonly admin: AdminClient) {}

  /** Arm a rule and return it with its id. */
  add(rule: FaultRule): Promise<ArmedFault> {
    return this.admin.call("POST", "faults", rule);
  }

  /** A rule with its counts: `matched`, `fired` and `last_miss`. */
  get(id: number): Promise<ArmedFault> {
    return this.admin.call("GET", `faults/${id}`);
  }

  /** All rules. */
  async all(): Promise<ArmedFault[]> {
    return (await this.admin.call<{ faults: ArmedFault[] }>("GET", "faults")).faults;
  }

  /** Disarm a rule. */
  async remove(id: number): Promise<void> {
    await this.admin.call("DELETE", `faults/${id}`);
  }

  /** Disarm all rules. */
  async clear(): Promise<void> {
    await this.admin.call("DELETE", "faults");
  }
}
