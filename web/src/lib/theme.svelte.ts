/** Light, dark, or like the system: an attribute of <html> that public/boot.js sets first. */

import { Remembered } from './remembered.svelte';

export const THEMES = ['system', 'light', 'dark'] as const;

export type Theme = (typeof THEMES)[number];

const chosen = new Remembered<Theme>('instantchat.theme', THEMES, 'system');

/** The theme that was chosen. */
export function theme(): Theme {
  return chosen.value;
}

/** Chooses a theme; it changes at once. */
export function setTheme(value: Theme): void {
  chosen.value = value;
  applyTheme();
}

/** The theme after this one, for a switch of one button. */
export function nextTheme(value: Theme): Theme {
  return THEMES[(THEMES.indexOf(value) + 1) % THEMES.length] ?? 'system';
}

/** Shows the chosen theme; to be called again when another tab chose another one. */
export function applyTheme(): void {
  if (chosen.value === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen.value;
}

// Another tab chose: the signal has the new value already.
addEventListener('storage', applyTheme);
