/** English of what is fetched when it is first opened. */

import { about } from './about';
import { dialogs } from './dialogs';
import { keys } from './keys';
import { saved } from './saved';
import { search } from './search';

export const later = {
  ...about,
  ...dialogs,
  ...keys,
  ...saved,
  ...search,
} as const;
