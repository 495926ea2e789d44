import type { AdminClient } from "./admin-client.js";
import { AdminError } from "./errors.js";
import type { Fields, KeyLink } from "./types.js";

/** The records by entity type (`CUSTOMER`) or endpoint (`Orders`), in any case. */
export class Records {
  constructor(private readonly admin: AdminClient) {}

  /** Create a record and return it. Without `id` in the fields, it gets the next one. */
  async add(type: string, fields: Fields & { id?: number } = {}): Promise<Fields> {
    const { entities } = await this.admin.call<{ entities: [Fields] }>("POST", path(type), fields);
    return entities[0];
  }

  /** Create a record, or replace the one with this id, and return it. */
  put(type: string, id: number, fields: Fields = {}): Promise<Fields> {
    return this.admin.call("PUT", path(type, id), fields);
  }

  /** Change some fields of a record and return it. Throws AdminError if there is none. */
  async update(type: string, id: number, fields: Fields): Promise<Fields> {
    return this.put(type, id, { ...(await this.admin.call<Fields>("GET", path(type, id))), ...fields });
  }

  /** Generate records, with realistic fields and valid references, and return them. */
  async make(type: string, count: number): Promise<Fields[]> {
    return (await this.admin.call<{ entities: Fields[] }>("POST", path(type), { count })).entities;
  }

  /** The record with this id, or undefined. */
  async get(type: string, id: number): Promise<Fields | undefined> {
    try {
      return await this.admin.call<Fields>("GET", path(type, id));
    } catch (error) {
      if (error instanceof AdminError && error.status === 404 && error.message.includes("does not exist")) return undefined;
      throw error;
    }
  }

  /** All records of a type, ordered by id. */
  async all(type: string): Promise<Fields[]> {
    return (await this.admin.call<{ entities: Fields[] }>("GET", path(type))).entities;
  }

  /** Delete a record. Key links to it stay. */
  async remove(type: string, id: number): Promise<void> {
    await this.admin.call("DELETE", path(type, id));
  }

  /** Delete all records of a type. Key links to them stay. */
  async clear(type: string): Promise<void> {
    await this.admin.call("DELETE", path(type));
  }
}

function path(type: string, id?: number): string {
  return `entities/${encodeURIComponent(type)}${id === undefined ? "" : `/${id}`}`;
}

/** The key links. */
export class KeyLinks {
  constructor(private readonly admin: AdminClient) {}

  /** All key links, ordered by id. */
  async all(): Promise<KeyLink[]> {
    return (await this.admin.call<{ key_links: KeyLink[] }>("GET", "key_links")).key_links;
  }

  /** Create a key link under Rev.io's rules and return it. By default it links a customer to SALESFORCE. */
  add(link: {
    internal_id: number;
    external_id: string;
    integration_system_id?: number;
    integration_entity_type_id?: number;
  }): Promise<KeyLink> {
    return this.admin.call("POST", "key_links", {
      integration_system_id: 4,
      integration_entity_type_id: 2,
      ...link,
    });
  }
}
