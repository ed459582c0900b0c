/** Russian: fetched when it is chosen. */

import { about } from './about';
import { everywhere } from './everywhere';
import { composer } from './composer';
import { conversation } from './conversation';
import { dialogs } from './dialogs';
import { home } from './home';
import { keys } from './keys';
import { panel } from './panel';
import { room } from './room';
import { saved } from './saved';
import { search } from './search';
import type { Catalogue, Translation } from '../en/index';

export const ru: Translation<Catalogue> = {
  ...about,
  ...everywhere,
  ...composer,
  ...conversation,
  ...dialogs,
  ...home,
  ...keys,
  ...panel,
  ...room,
  ...saved,
  ...search,
};
