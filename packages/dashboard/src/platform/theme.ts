import { kept } from "./kept.ts";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export function currentTheme(): Theme {
  const name = kept.read("theme");
  return THEMES.find((theme) => theme === name) ?? "system";
}

/** Shows the pages in a theme from now on. */
export function chooseTheme(theme: Theme): void {
  kept.write("theme", theme === "system" ? null : theme);
  showTheme(theme);
}

export function showTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
}
