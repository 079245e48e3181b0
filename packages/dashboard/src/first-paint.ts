import { currentTheme, showTheme } from "./platform/theme.ts";

// Runs before the page is drawn, so that nobody sees the other theme flash by.
showTheme(currentTheme());
