// Run the recipes as a project that has installed the package: from the tarball that `npm pack` makes.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const installed = join(root, "recipes", "node_modules", "@mockrevio", "client");

function run(program, ...args) {
  console.log(`$ ${[program, ...args].join(" ")}`);
  execFileSync(program, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
}

rmSync(installed, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
run("npm", "pack", "--silent");
const tarball = `mockrevio-client-${version}.tgz`;
run("tar", "-xzf", tarball, "--strip-components=1", "-C", installed);
rmSync(join(root, tarball));

for (const pool of ["threads", "forks"]) run("npx", "vitest", "run", "--root", "recipes/vitest", "--pool", pool);
run("npx", "jest", "--rootDir", "recipes/jest");
run(process.execPath, "--test", "recipes/node-test/links.test.mjs");
run("mockrevio", "exec", "--isolate-clients", "--", process.execPath, "--test", "recipes/node-test/links.test.mjs");
