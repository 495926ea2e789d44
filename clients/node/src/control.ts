import type { AdminClient } from "./admin-client.js";
import type { Changes, WorldSettings } from "./types.js";

/** Named states of the world. */
export class Snapshots {
  private number = 0;

  constructor(private readonly admin: AdminClient) {}

  /** Save the state of the world and return the name of the snapshot. */
  async save(name = `state-${++this.number}`): Promise<string> {
    await this.admin.call("PUT", path(name));
    return name;
  }

  /** Restore a snapshot. */
  async restore(name: string): Promise<void> {
    await this.admin.call("POST", `${path(name)}/restore`);
  }

  /** What was added, changed and removed since a snapshot. */
  changesSince(name: string): Promise<Changes> {
    return this.admin.call("GET", `${path(name)}/diff`);
  }

  /** The names of the snapshots. */
  async names(): Promise<string[]> {
    return (await this.admin.call<{ snapshots: string[] }>("GET", "snapshots")).snapshots;
  }

  /** Delete a snapshot. */
  async remove(name: string): Promise<void> {
    await this.admin.call("DELETE", path(name));
  }
}

function path(name: string): string {
  return `snapshots/${encodeURIComponent(name)}`;
}

/** The clock that sets the dates that the mock writes. */
export class Clock {
  constructor(private readonly admin: AdminClient) {}

  /** The time that it shows. */
  async now(): Promise<Date> {
    return new Date(`${(await this.admin.call<{ now: string }>("GET", "clock")).now}Z`);
  }

  /** Freeze it at a time, or at the current one. */
  freeze(at?: Date | string): Promise<void> {
    return this.change(at === undefined ? { frozen: true } : { now: asText(at) });
  }

  /** Let it run from a time. */
  runFrom(at: Date | string): Promise<void> {
    return this.change({ now: asText(at), frozen: false });
  }

  /** Advance it, by "90s" or "3d". */
  advance(by: string): Promise<void> {
    return this.change({ advance: by });
  }

  /** Let it show the real time again. */
  release(): Promise<void> {
    return this.change({ frozen: false });
  }

  private async change(command: object): Promise<void> {
    await this.admin.call("PUT", "clock", command);
  }
}

function asText(moment: Date | string): string {
  return typeof moment === "string" ? moment : moment.toISOString();
}

/** The settings that can change while the server runs. */
export class Settings {
  constructor(private readonly admin: AdminClient) {}

  /** Their current values. */
  get(): Promise<Required<WorldSettings>> {
    return this.admin.call("GET", "settings");
  }

  /** Change some of them until the next reset; null restores a default. Returns all. */
  change(settings: WorldSettings): Promise<Required<WorldSettings>> {
    return this.admin.call("PATCH", "settings", settings);
  }
}
