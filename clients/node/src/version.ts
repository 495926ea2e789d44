/** The oldest mockrevio that this package works with. */
export const REQUIRED_VERSION = "0.1.0";

/** Whether a version of mockrevio is older than the required one. */
export function isTooOld(version: string): boolean {
  const [found, required] = [version, REQUIRED_VERSION].map((text) => text.split(".").map((part) => parseInt(part, 10)));
  for (const [index, part] of required!.entries()) {
    const other = found![index] ?? 0;
    if (other !== part) return other < part;
  }
  return false;
}
