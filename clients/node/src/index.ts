export { AdminError, MockRevioError, ProgramNotFoundError, ServerError, TooOldError, VerificationError } from "./errors.js";
export { type ConnectOptions, type FaultOptions, MockRevio } from "./mock-revio.js";
export type { StartOptions } from "./program.js";
export type * from "./types.js";
