/** The languages say the same things: same keys, same placeholders, all plural forms. */

import { expect, test } from 'vitest';
import { en } from './catalogue/en/index';
import { later } from './catalogue/en/later';
import { ru } from './catalogue/ru/index';
import type { Message, Plural } from './message';

const languages = { en, ru } as const;

function forms(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message as Plural);
}

function placeholders(text: string): string[] {
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
}

/** The code of the app, without catalogues and tests. */
function sources(): [path: string, text: string][] {
  const found = import.meta.glob<string>('../**/*.{ts,svelte}', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  return Object.entries(found).filter(
    ([path]) => !path.includes('/catalogue/') && !path.endsWith('.test.ts'),
  );
}

test('both languages have the same keys', () => {
  expect(Object.keys(ru).sort()).toEqual(Object.keys(en).sort());
});

test('both languages have the same placeholders', () => {
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    const expected = placeholders(forms(en[key]).at(-1) ?? '');
    for (const text of [...forms(en[key]), ...forms(ru[key])]) {
      expect(placeholders(text), key).toEqual(expected);
    }
  }
});

test.each(Object.entries(languages))(
  '%s has every plural form that it needs',
  (language, messages) => {
    const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(messages)) {
      if (typeof message === 'string') continue;
      expect(Object.keys(message).sort(), key).toEqual([...needed].sort());
    }
  },
);

test('no text shouts or is empty', () => {
  for (const messages of Object.values(languages)) {
    for (const [key, message] of Object.entries(messages)) {
      for (const text of forms(message)) {
        expect(text, key).not.toMatch(/!|^\s*$|\s$/);
      }
    }
  }
});

test('every text is said somewhere', () => {
  const code = sources()
    .map(([, text]) => text)
    .join('\n');
  // A key may be put together: t(`theme.${theme}`).
  const begun = [...code.matchAll(/`([a-z]+(?:\.[a-z]+)*\.)\$\{/g)].map((match) => match[1] ?? '');
  const unsaid = Object.keys(en).filter(
    (key) => !code.includes(`'${key}'`) && !begun.some((prefix) => key.startsWith(prefix)),
  );
  expect(unsaid).toEqual([]);
});

test('who says a text that is fetched later fetches it', () => {
  for (const [path, text] of sources()) {
    const said = Object.keys(later).find((key) => text.includes(`'${key}'`));
    if (said !== undefined) expect(text, `${path} says ${said}`).toContain("i18n/later';");
  }
});
