/** English, and the list of keys: the other languages have exactly these. */

import { about } from './about';
import { common } from './common';
import { composer } from './composer';
import { conversation } from './conversation';
import { dialogs } from './dialogs';
import { home } from './home';
import { panel } from './panel';
import { room } from './room';
import type { Message } from '../../message';

export const en = {
  ...about,
  ...common,
  ...composer,
  ...conversation,
  ...dialogs,
  ...home,
  ...panel,
  ...room,
} as const;

export type Catalogue = typeof en;

export type Key = keyof Catalogue;

/** The same keys in another language, whose plurals may have other forms. */
export type Translation<Area> = {
  readonly [K in keyof Area]: Area[K] extends string ? string : Exclude<Message, string>;
};
