/**
 * The words of the page in the visitor's language. Components call `t`, and
 * follow a change of language because the catalogue is a signal.
 * English is in the main bundle; other languages are fetched when chosen.
 */

import { core } from './catalogue/en/core';
import type { Catalogue, Key } from './catalogue/en/index';
import { Format } from './format';
import { LANGUAGE_KEY, chooseLanguage, type Language } from './language';
import { partsOf, type Message, type ParamsOf, type Part } from './message';

type Arguments<K extends Key> = keyof ParamsOf<Catalogue[K]> extends never
  ? []
  : [params: ParamsOf<Catalogue[K]>];

interface Tongue {
  readonly language: Language;
  readonly messages: Texts;
  readonly format: Format;
}

/** What is there of a language: English comes in two parts. */
type Texts = Readonly<Partial<Record<Key, Message>>>;

let english: Texts = core;
let tongue = $state.raw<Tongue>(speak('en', english));

/** The text of a key: `t('typing.one', { name: 'Pia' })`. */
export function t<K extends Key>(key: K, ...args: Arguments<K>): string {
  return textOf(tongue, key, args[0] ?? {});
}

/** The text in pieces, for templates that set a name apart: `{#each tParts(…)}`. */
export function tParts<K extends Key>(key: K, ...args: Arguments<K>): Part[] {
  return partsOf(tongue.messages[key] ?? key, args[0] ?? {}, tongue.format);
}

/** Numbers, times and sizes in the language now shown. */
export function format(): Format {
  return tongue.format;
}

/** The language now shown. */
export function language(): Language {
  return tongue.language;
}

/** Shows the language that was chosen before, or that the browser asks for. */
export async function startLanguage(): Promise<void> {
  await show(chooseLanguage(remembered(), navigator.languages));
}

/** Adds the English texts of a part that has just been fetched. */
export function addEnglish(texts: Texts): void {
  english = { ...english, ...texts };
  if (tongue.language === 'en') tongue = speak('en', english);
}

/** Shows another language and remembers it on this device. */
export async function setLanguage(chosen: Language): Promise<void> {
  try {
    localStorage.setItem(LANGUAGE_KEY, chosen);
  } catch {
    // A browser that keeps nothing still changes its language.
  }
  await show(chosen);
}

async function show(chosen: Language): Promise<void> {
  if (chosen === 'ru') {
    // Where the words cannot be fetched, the page goes on in those that are there.
    const catalogue = await import('./catalogue/ru/index').catch(() => null);
    if (!catalogue) return;
    tongue = speak(chosen, catalogue.ru);
  } else {
    tongue = speak(chosen, english);
  }
  document.documentElement.lang = chosen;
}

function remembered(): string | null {
  try {
    return localStorage.getItem(LANGUAGE_KEY);
  } catch {
    return null;
  }
}

function speak(chosen: Language, messages: Texts): Tongue {
  const made: Tongue = {
    language: chosen,
    messages,
    format: new Format(chosen, (key, n = 0) => textOf(made, key, { n })),
  };
  return made;
}

/** A key without a text shows itself; a test keeps that from happening. */
function textOf(
  { messages, format: grammar }: Tongue,
  key: Key,
  params: Readonly<Record<string, string | number>>,
): string {
  return partsOf(messages[key] ?? key, params, grammar)
    .map((part) => part.text)
    .join('');
}
