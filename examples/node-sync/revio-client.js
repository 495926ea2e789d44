// A client of Rev.io's Integration Linking API that copes with bad days.
//
// - 429: it waits as many seconds as the message says, plus one.
// - 502, 503, 504 and the like: it waits, twice as long each time. A 500 is not tried again.
// - No answer: reading is tried again. Creating looks first whether the link is there already.

import { setTimeout as pause } from "node:timers/promises";

const PAGE_SIZE = 500;
const FIRST_PAUSE = 500; // milliseconds before the second attempt

/** Rev.io refused a call, or could not carry it out. */
export class RevIoError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Nobody knows whether the call was carried out: no answer came, or one from a proxy on the way. */
export class Unanswered extends Error {}

export class RevIo {
  /** `url` ends in /v1; `sleep` (milliseconds) is for tests. */
  constructor(url, [user, password], { attempts = 4, timeout = 10_000, sleep = pause } = {}) {
    this.url = url;
    this.authorization = "Basic " + Buffer.from(`${user}:${password}`).toString("base64");
    Object.assign(this, { attempts, timeout, sleep });
  }

  checkCredentials() {
    return this.get("SystemStatus");
  }

  async idOf(collection, idField, name) {
    const { records } = await this.get(collection, name);
    return records[0][idField];
  }

  /** All key links that a search finds, page by page. */
  async *links(search) {
    for (let page = 1, more = true; more; page += 1) {
      const answer = await this.get("IntegrationKeyLink", { ...search, page, page_size: PAGE_SIZE });
      yield* answer.records;
      more = answer.has_more;
    }
  }

  /** Create a key link, once, and answer its id. */
  async createLink(link) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.send("POST", "IntegrationKeyLink", link)).id;
      } catch (error) {
        await this.pauseOrGiveUp(error, attempt);
      }
      // It may have been created although we were not told.
      for await (const found of this.links(link)) return found.integration_key_link_id;
    }
  }

  /** Replace a key link. Doing it twice does no harm. */
  changeLink(id, link) {
    return this.againUntilAnswered("PUT", `IntegrationKeyLink/${id}`, link);
  }

  get(path, query = {}) {
    return this.againUntilAnswered("GET", `${path}?${new URLSearchParams(query)}`);
  }

  async againUntilAnswered(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.send(method, path, body);
      } catch (error) {
        await this.pauseOrGiveUp(error, attempt);
      }
    }
  }

  async pauseOrGiveUp(error, attempt) {
    if (!(error instanceof Unanswered) || attempt === this.attempts) throw error;
    await this.sleep(FIRST_PAUSE * 2 ** (attempt - 1));
  }

  /** Send a call, again after each 429, and answer the body. */
  async send(method, path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const { status, text } = await this.sendOnce(method, path, body);
      if (status === 429 && attempt < this.attempts) {
        const seconds = Number(/\d+/.exec(messageOf(text, status)) ?? 30);
        await this.sleep((seconds + 1) * 1000);
      } else if (status > 500) {
        throw new Unanswered(`${method} ${path}: ${status}`);
      } else if (status >= 400) {
        throw new RevIoError(status, messageOf(text, status));
      } else {
        return JSON.parse(text);
      }
    }
  }

  async sendOnce(method, path, body) {
    const headers = { accept: "application/json", authorization: this.authorization };
    if (body) headers["content-type"] = "text/json";
    try {
      const answer = await fetch(`${this.url}/${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(this.timeout),
      });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      throw new Unanswered(`${method} ${path}: ${error.cause?.code ?? error.message}`);
    }
  }
}

/** What a person should read. Rev.io's errors are lists, its gateway's are objects, a proxy's are pages. */
function messageOf(text, status) {
  try {
    const body = JSON.parse(text);
    return (Array.isArray(body) ? body[0] : body).message;
  } catch {
    return `status ${status}`;
  }
}
