/** All of English, and so the list of keys: the other languages have exactly these. */

import { core } from './core';
import { later } from './later';
import type { Message } from '../../message';

export const en = { ...core, ...later } as const;

export type Catalogue = typeof en;

export type Key = keyof Catalogue;

/** The same keys in another language, whose plurals may have other forms. */
export type Translation<Area> = {
  readonly [K in keyof Area]: Area[K] extends string ? string : Exclude<Message, string>;
};
