import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);

/** Call the API of a mock as its client would, and return the response with its JSON. */
export async function call(mock, path, { method = "GET", body } = {}) {
  const response = await fetch(`${mock.url}/${path}`, {
    method,
    headers: { authorization: mock.authorization, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

/** A program that pretends to be mockrevio. */
export async function fakeProgram(script) {
  const file = join(await mkdtemp(join(tmpdir(), "mockrevio-")), "mockrevio");
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
}

/** Run a program in its own process, with variables changed; resolves to its output, fails with its errors. */
export async function node(code, env = {}) {
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code], {
    cwd: import.meta.dirname ?? new URL(".", import.meta.url).pathname,
    env: { ...process.env, ...env },
  });
  return stdout;
}
