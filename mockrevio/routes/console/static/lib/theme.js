// The colours of the page: the system's, dark or light. theme.js applies the choice before anything is drawn.

const STORED = "mockrevio-theme"; // as in theme.js

/** Of each theme, its icon and the next one. */
export const THEMES = { system: ["monitor", "dark"], dark: ["moon", "light"], light: ["sun", "system"] };

export const currentTheme = () => document.documentElement.dataset.theme ?? "system";

/** Choose a theme, for all pages of the console and for later. */
export function chooseTheme(theme) {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(STORED);
  } else {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(STORED, theme);
  }
  dispatchEvent(new Event("themechange")); // charts draw their colours themselves
}
