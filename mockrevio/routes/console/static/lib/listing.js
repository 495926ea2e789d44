// What a listing shows is in the address: words, filters, order, and which page.

import { useEffect, useRef } from "./html.js";
import { setParams, useRoute } from "./router.js";

/** Rows of a page. */
export const PAGE = 50;
/** Milliseconds between two searches while data changes: each reads every record. */
export const SEARCH_WAIT = 3000;

/** The parameters of the listing that is shown, `change` for its filters and order, and `turn` to another page. */
export function useListing() {
  const { params } = useRoute();
  const offset = Math.max(0, Math.trunc(Number(params.offset)) || 0);
  return {
    params, offset, search: params.search ?? "", sort: params.sort,
    change: (changes) => setParams({ ...changes, offset: null }),
    turn: (to) => {
      setParams({ offset: to || null });
      scrollTo(0, 0);
    },
  };
}

/** Go to the last page if the one in the address is no longer there, as after deletions. */
export function useLastPage(offset, count, turn) {
  useEffect(() => {
    if (count > 0 && offset >= count) turn(Math.floor((count - 1) / PAGE) * PAGE);
  }, [offset, count]);
}

/** When a view goes on to another of its pages, begin at the top: for the eyes and for the keyboard. */
export function usePageTop(page) {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    scrollTo(0, 0);
    document.getElementById("main").focus({ preventScroll: true });
  }, [page]);
}
