/** Light, dark, or what the system says. */

import { signal } from "@preact/signals";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
const STORED = "theme";

function stored(): Theme {
  const text = localStorage.getItem(STORED);
  return THEMES.find((each) => each === text) ?? "system";
}

export const theme = signal<Theme>(stored());

export function applyTheme(): void {
  const { dataset } = document.documentElement;
  if (theme.value === "system") delete dataset.theme;
  else dataset.theme = theme.value;
}

export function chooseTheme(wanted: Theme): void {
  theme.value = wanted;
  localStorage.setItem(STORED, wanted);
  applyTheme();
}
