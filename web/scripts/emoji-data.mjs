/**
 * A Vite plugin: `virtual:emoji/en` and `virtual:emoji/ru` hold what the emoji popup needs of
 * emojibase-data, one line per emoji, so that the page fetches a tenth of the package's files.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const PREFIX = 'virtual:emoji/';
/** Newer emoji than most systems can draw are left out: Unicode of 2022. */
const VERSION_MAX = 15;
/** Emojibase's group of skin tones and hair, which are parts and no emoji of their own. */
const COMPONENTS = 2;

/** Lines of `emoji TAB group TAB name TAB word,word`, in Unicode's order. */
export function emojiLines(language) {
  const read = (path) =>
    JSON.parse(readFileSync(require.resolve(`emojibase-data/${path}`), 'utf8'));
  const shortNames = language === 'en' ? read('en/shortcodes/github.json') : {};
  return read(`${language}/data.json`)
    .filter(
      (one) => one.group !== undefined && one.group !== COMPONENTS && one.version <= VERSION_MAX,
    )
    .sort((one, other) => one.order - other.order)
    .map((one) => {
      const name = one.label;
      const words = [...(one.tags ?? []), ...[shortNames[one.hexcode] ?? []].flat()]
        .map((word) => word.toLowerCase())
        .filter((word) => !name.includes(word.replaceAll('_', ' ')));
      // What is drawn as an emoji anyway needs no selector, and is then what keyboards write.
      const emoji =
        one.type === 1 && !one.hexcode.includes('-') ? one.emoji.replace('\ufe0f', '') : one.emoji;
      return [emoji, one.group, name, [...new Set(words)].join(',')].join('\t');
    })
    .join('\n');
}

export function emojiData() {
  return {
    name: 'emoji-data',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      return `export default ${JSON.stringify(emojiLines(id.slice(PREFIX.length + 1)))}`;
    },
  };
}
