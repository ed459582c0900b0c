/**
 * The words of the page in the visitor's language. Components call `t`, and
 * follow a change of language because the catalogue is a signal.
 * English is in the main bundle; other languages are fetched when chosen.
 */

import { en, type Catalogue, type Key } from './catalogue/en/index';
import { Format } from './format';
import { LANGUAGE_KEY, chooseLanguage, type Language } from './language';
import { partsOf, type Message, type ParamsOf, type Part } from './message';

type Arguments<K extends Key> = keyof ParamsOf<Catalogue[K]> extends never
  ? []
  : [params: ParamsOf<Catalogue[K]>];

interface Tongue {
  readonly language: Language;
  readonly messages: Readonly<Record<Key, Message>>;
  readonly format: Format;
}

let tongue = $state.raw<Tongue>(speak('en', en));

/** The text of a key: `t('typing.one', { name: 'Pia' })`. */
export function t<K extends Key>(key: K, ...args: Arguments<K>): string {
  return textOf(tongue.messages[key], args[0] ?? {}, tongue.format);
}

/** The text in pieces, for templates that set a name apart: `{#each tParts(…)}`. */
export function tParts<K extends Key>(key: K, ...args: Arguments<K>): Part[] {
  return partsOf(tongue.messages[key], args[0] ?? {}, tongue.format);
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
    const { ru } = await import('./catalogue/ru/index');
    tongue = speak(chosen, ru);
  } else {
    tongue = speak(chosen, en);
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

function speak(chosen: Language, messages: Readonly<Record<Key, Message>>): Tongue {
  const format: Format = new Format(chosen, (key, n = 0) => textOf(messages[key], { n }, format));
  return { language: chosen, messages, format };
}

function textOf(
  message: Message,
  params: Readonly<Record<string, string | number>>,
  grammar: Format,
): string {
  return partsOf(message, params, grammar)
    .map((part) => part.text)
    .join('');
}
