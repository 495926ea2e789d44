// Requests to the admin API, with the admin token if it needs one.

const TOKEN = "mockrevio-admin-token"; // in sessionStorage: forgotten with the tab

export function useToken(token) {
  sessionStorage.setItem(TOKEN, token);
}

export async function call(method, path, body, world = null) {
  const url = new URL(path, new URL("/__admin/", location.href));
  if (world !== null) url.searchParams.set("client", world);
  const headers = {};
  const token = sessionStorage.getItem(TOKEN);
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const data = await response.json();
  if (!response.ok) {
    throw Object.assign(new Error(data.message ?? `status ${response.status}`), { status: response.status });
  }
  return data;
}
