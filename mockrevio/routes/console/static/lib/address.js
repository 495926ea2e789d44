// Where the mock is, as this browser reaches it: behind a proxy, its paths may have a prefix.

/** The address of the mock without a slash at the end, to which paths such as `/v1/Customers` are added. */
export const mockAddress = new URL("..", document.baseURI).href.replace(/\/$/, "");
