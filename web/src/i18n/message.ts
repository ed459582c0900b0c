/** One message of the catalogue: its type, its placeholders, and how it becomes text. Pure. */

import { isolate } from './bidi';

/** A text that counts `{n}`. Languages without a form leave it out. */
export interface Plural {
  readonly one?: string;
  readonly few?: string;
  readonly many?: string;
  readonly other: string;
}

export type Message = string | Plural;

export type Messages = Readonly<Record<string, Message>>;

/** The names between braces. */
export type Placeholders<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What a message must be given: numbers are formatted, texts are isolated. */
export type ParamsOf<M> = M extends string
  ? Record<Placeholders<M>, string | number>
  : M extends { other: infer Other }
    ? Record<Exclude<Placeholders<Other>, 'n'>, string | number> & { n: number }
    : never;

/** A piece of a message: literal text, or the value of a placeholder. */
export interface Part {
  readonly text: string;
  readonly param: string | null;
}

/** What a language brings along to turn a message into text. */
export interface Grammar {
  readonly plural: (n: number) => Intl.LDMLPluralRule;
  readonly number: (n: number) => string;
}

/** Splits a message at its placeholders, with the values in their places. */
export function partsOf(
  message: Message,
  params: Readonly<Record<string, string | number>>,
  grammar: Grammar,
): Part[] {
  const parts: Part[] = [];
  const template = formOf(message, params['n'], grammar);
  let at = 0;
  for (const match of template.matchAll(/\{(\w+)\}/g)) {
    if (match.index > at) parts.push({ text: template.slice(at, match.index), param: null });
    const name = match[1] ?? '';
    const value = params[name];
    const text = typeof value === 'number' ? grammar.number(value) : isolate(value ?? '');
    parts.push({ text, param: name });
    at = match.index + match[0].length;
  }
  if (at < template.length) parts.push({ text: template.slice(at), param: null });
  return parts;
}

function formOf(message: Message, n: string | number | undefined, grammar: Grammar): string {
  if (typeof message === 'string') return message;
  const rule = grammar.plural(typeof n === 'number' ? n : 0);
  return (rule in message ? message[rule as keyof Plural] : undefined) ?? message.other;
}
