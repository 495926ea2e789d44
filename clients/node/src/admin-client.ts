import * as http from "node:http";
import * as https from "node:https";

import { AdminError, ServerError } from "./errors.js";

// Test runners and libraries replace these for the code under test; the mock needs the real ones.
const { setTimeout, clearTimeout } = globalThis;

/** Milliseconds to wait for a response. A verification may take a minute by itself. */
const TIMEOUT = 90_000;

/** What a call needs in addition to the address. */
interface Access {
  /** The admin token. */
  token?: string | undefined;
  /** The client code whose world is meant, if the server isolates them. */
  client?: string;
  /** The certificates to trust (PEM); by default those that Node trusts. */
  ca?: string | undefined;
}

/** Calls of the admin API of one server, in the world of one client code if there is one. */
export class AdminClient {
  readonly baseUrl: string;

  constructor(
    address: string,
    private readonly access: Access = {},
  ) {
    let url;
    try {
      url = new URL(address);
    } catch {
      // It is reported below.
    }
    if (!url?.protocol.startsWith("http")) {
      throw new ServerError(`the address of a server must look like http://127.0.0.1:7384, not '${address}'`);
    }
    this.baseUrl = (url.origin + url.pathname).replace(/\/+$/, "").replace(/\/(v1|__admin)$/, "");
  }

  /** The same server, seen from the world of a client code. */
  inWorld(client: string): AdminClient {
    return new AdminClient(this.baseUrl, { ...this.access, client });
  }

  /** Call `/__admin/<path>` and return the JSON response. Throws AdminError and ServerError. */
  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    query: Record<string, string | number | undefined> = {},
  ): Promise<T> {
    const url = new URL(`${this.baseUrl}/__admin/${path}`);
    for (const [name, value] of Object.entries({ client: this.access.client, ...query })) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const { status, text } = await this.send(method, url, body === undefined ? undefined : JSON.stringify(body));
    let parsed;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw new ServerError(`${this.baseUrl} is not mockrevio: ${method} ${url.pathname} got a ${status} without JSON`);
    }
    if (status >= 400) throw new AdminError(status, parsed);
    return parsed;
  }

  // Neither fetch, which tests replace, nor a shared agent, which may use a proxy.
  private send(method: string, url: URL, body?: string): Promise<{ status: number; text: string }> {
    const headers: Record<string, string | number> = { accept: "application/json" };
    const { token, ca } = this.access;
    if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
    if (body !== undefined) {
      headers["content-type"] = "application/json";
      headers["content-length"] = Buffer.byteLength(body);
    }
    const { request } = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const fail = (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        reject(new ServerError(`${this.baseUrl} does not respond: ${error.code ?? error.message}`, { cause: error }));
      };
      const outgoing = request(url, { method, headers, ca, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", fail);
        response.on("end", () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
        });
      });
      const timer = setTimeout(() => outgoing.destroy(new Error("no response within 90 seconds")), TIMEOUT);
      outgoing.on("error", fail);
      outgoing.end(body);
    });
  }
}
