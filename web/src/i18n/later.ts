/** For its effect: whatever is fetched on demand imports this, and has its English texts. */

import { later } from './catalogue/en/later';
import { addEnglish } from './i18n.svelte';

addEnglish(later);
