// A client for Rev.io's Integration Linking API that retries safely.
//
// - 429: wait the number of seconds in the message, plus one.
// - 502, 503, 504 and other codes above 500: back off, doubling the delay each time. A 500 is not retried.
// - No response: retry reads. Before retrying a create, check whether the link already exists.

import { setTimeout as delay } from "node:timers/promises";

const PAGE_SIZE = 500;
const INITIAL_BACKOFF = 500; // milliseconds before the second attempt

/** Rev.io rejected a request or failed to process it. */
export class RevioError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** No response, or one from a proxy on the way: the request may or may not have been processed. */
export class RevioUnavailable extends Error {}

export class RevioClient {
  /** `url` ends in /v1; tests replace `sleep` (milliseconds). */
  constructor(url, [user, password], { maxAttempts = 4, timeout = 10_000, sleep = delay } = {}) {
    this.url = url;
    this.authorization = "Basic " + Buffer.from(`${user}:${password}`).toString("base64");
    Object.assign(this, { maxAttempts, timeout, sleep });
  }

  checkCredentials() {
    return this.get("SystemStatus");
  }

  async lookupId(collection, idField, name) {
    const { records } = await this.get(collection, name);
    return records[0][idField];
  }

  /** Iterate over all key links that match a search, page by page. */
  async *links(search) {
    for (let page = 1, hasMore = true; hasMore; page += 1) {
      const body = await this.get("IntegrationKeyLink", { ...search, page, page_size: PAGE_SIZE });
      yield* body.records;
      hasMore = body.has_more;
    }
  }

  /** Create a key link exactly once and return its id. */
  async createLink(link) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.send("POST", "IntegrationKeyLink", link)).id;
      } catch (error) {
        await this.backOffOrThrow(error, attempt);
      }
      // The previous attempt may have created the link even though no response arrived.
      for await (const found of this.links(link)) return found.integration_key_link_id;
    }
  }

  /** Replace a key link. Safe to retry. */
  updateLink(id, link) {
    return this.sendWithRetries("PUT", `IntegrationKeyLink/${id}`, link);
  }

  get(path, query = {}) {
    const search = new URLSearchParams(query).toString();
    return this.sendWithRetries("GET", search ? `${path}?${search}` : path);
  }

  async sendWithRetries(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.send(method, path, body);
      } catch (error) {
        await this.backOffOrThrow(error, attempt);
      }
    }
  }

  async backOffOrThrow(error, attempt) {
    if (!(error instanceof RevioUnavailable) || attempt === this.maxAttempts) throw error;
    await this.sleep(INITIAL_BACKOFF * 2 ** (attempt - 1));
  }

  /** Send a request, retry it after each 429, and return the response body. */
  async send(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const { status, text } = await this.sendOnce(method, path, body);
      if (status === 429 && attempt < this.maxAttempts) {
        const seconds = Number(/\d+/.exec(errorMessage(text, status)) ?? 30);
        await this.sleep((seconds + 1) * 1000);
      } else if (status > 500) {
        throw new RevioUnavailable(`${method} ${path}: ${status}`);
      } else if (status >= 400) {
        throw new RevioError(status, errorMessage(text, status));
      } else {
        return JSON.parse(text);
      }
    }
  }

  async sendOnce(method, path, body) {
    const headers = { accept: "application/json", authorization: this.authorization };
    if (body) headers["content-type"] = "text/json";
    try {
      const response = await fetch(`${this.url}/${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(this.timeout),
      });
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new RevioUnavailable(`${method} ${path}: ${error.cause?.code ?? error.message}`);
    }
  }
}

/** Return a readable message. Rev.io sends errors as lists, its gateway as objects, proxies as HTML. */
function errorMessage(text, status) {
  try {
    const body = JSON.parse(text);
    return (Array.isArray(body) ? body[0] : body).message;
  } catch {
    return `status ${status}`;
  }
}
