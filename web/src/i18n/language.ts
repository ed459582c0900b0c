/**
 * Which languages there are, and which one a visitor gets. Pure.
 * public/boot.js makes the same choice before the first paint.
 */

export const LANGUAGES = ['en', 'ru'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Each language in its own words, as a switch shows it. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  en: 'English',
  ru: 'Русский',
};

/** Where the choice is remembered. */
export const LANGUAGE_KEY = 'instantchat.language';

/** The language chosen before, else the first of the browser's that there is, else English. */
export function chooseLanguage(chosen: string | null, wanted: readonly string[]): Language {
  for (const tag of [chosen ?? '', ...wanted]) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}
