import type { AdminClient } from "./admin-client.js";
import { AdminError, VerificationError } from "./errors.js";
import type { Count, LoggedRequest, LogMatch } from "./types.js";

/** The request log: what the code under test sent, oldest first. */
export class Requests {
  constructor(private readonly admin: AdminClient) {}

  /** The requests that match; by default all. Requests in progress have no `response` yet. */
  async all(match: LogMatch = {}): Promise<LoggedRequest[]> {
    const query = { match: JSON.stringify(match) };
    return (await this.admin.call<{ requests: LoggedRequest[] }>("GET", "requests", undefined, query)).requests;
  }

  /** How many requests match. Throws VerificationError if the log has dropped some that may have matched. */
  async count(match: LogMatch = {}): Promise<number> {
    return (await verifying(this.admin.call<{ count: number }>("POST", "requests/count", { match }))).count;
  }

  /** Clear the log. */
  async clear(): Promise<void> {
    await this.admin.call("DELETE", "requests");
  }
}

interface Miss {
  request: { method: string; path: string };
  differences: string[];
}

/** The result of a verification. Throws VerificationError, with what came nearest, if it failed. */
export async function verifying<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof AdminError) || !["not_verified", "not_provable"].includes(error.code)) throw error;
    const misses = (error.body["nearest"] ?? []) as Miss[];
    const lines = misses.map(
      ({ request, differences }) => `  ${request.method} ${request.path}: ${differences.join("; ")}`,
    );
    const nearest = lines.length ? ["the nearest requests differ:", ...lines] : [];
    throw new VerificationError([error.message, ...nearest].join("\n"));
  }
}

/** The body of a verification. */
export function expectation(match: object, count: Count, timeout?: string): object {
  return { match, count, ...(timeout === undefined ? {} : { timeout }) };
}
