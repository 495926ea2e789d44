/** Base class of all errors of this package. The message says what to do. */
export class MockRevioError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The program `mockrevio` was not found. */
export class ProgramNotFoundError extends MockRevioError {}

/** The program or the server is older than this package supports. */
export class TooOldError extends MockRevioError {
  constructor(
    what: string,
    readonly found: string,
    readonly required: string,
  ) {
    super(`${what} is mockrevio ${found}; this version of @mockrevio/client needs ${required} or newer`);
  }
}

/** The server cannot start, has stopped, does not respond, or cannot be shared. */
export class ServerError extends MockRevioError {}

/** The admin API rejected a request, such as an invalid fault rule. */
export class AdminError extends MockRevioError {
  constructor(
    /** The status of the response. */
    readonly status: number,
    /** The response: `error` is a code, such as "not_found", `message` a sentence. */
    readonly body: { readonly error?: string; readonly message?: string; readonly [part: string]: unknown },
  ) {
    super(body.message ?? `status ${status}`);
  }

  /** The code of the error: "not_found", "invalid". */
  get code(): string {
    return this.body.error ?? "unknown";
  }
}

/** A check failed: an expected request was not made, a fault never fired. */
export class VerificationError extends MockRevioError {}
