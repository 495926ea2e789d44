// Files that the user saves from the console.

import { request } from "./api.js";
import { currentRoute } from "./router.js";

/** Save what a call of the admin API answers as a file. `fetch` can send the token, which a plain link cannot. */
export async function download(path, name) {
  const { world } = currentRoute();
  const response = await request("GET", path);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = `mockrevio-${world === null ? "" : `${world.replace(/[^\w.-]+/g, "_")}-`}${name}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // when the browser has surely read it
}
