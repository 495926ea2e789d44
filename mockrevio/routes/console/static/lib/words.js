// Searching by words, all of which must occur.

export const wordsOf = (search) => search.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether each of the words occurs in a text, whatever the case of the text. */
export function hasWords(text, words) {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}
