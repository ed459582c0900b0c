/** English that the first page and a room need at once: in the main bundle. */

import { everywhere } from './everywhere';
import { composer } from './composer';
import { conversation } from './conversation';
import { home } from './home';
import { panel } from './panel';
import { room } from './room';

export const core = {
  ...everywhere,
  ...composer,
  ...conversation,
  ...home,
  ...panel,
  ...room,
} as const;
