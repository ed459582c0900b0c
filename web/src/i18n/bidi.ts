/**
 * Keeps what people wrote from turning the text around it: isolation against
 * bidirectional overrides, for places without elements (titles, files, labels).
 */

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';
const POP_EMBEDDING = '\u202c';

/** Right-to-left letters, and every control that changes direction. */
const MAY_TURN =
  /[\u0590-\u08ff\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * The text as a unit of its own direction. Our languages run from left to
 * right, so a text that cannot turn anything comes back as it is: it stays
 * searchable and copies without invisible characters.
 */
export function isolate(text: string): string {
  if (!MAY_TURN.test(text)) return text;
  return FIRST_STRONG_ISOLATE + balance(text) + POP_ISOLATE;
}

/** Isolates each line, because a line break ends every direction. */
export function isolateLines(text: string): string {
  return text.split('\n').map(isolate).join('\n');
}

/** Closes what the text opened, and drops what it closes without having opened it. */
function balance(text: string): string {
  const open: string[] = [];
  let balanced = '';
  for (const char of text) {
    if (isIsolate(char)) open.push(POP_ISOLATE);
    else if (isEmbedding(char)) open.push(POP_EMBEDDING);
    else if (char === POP_ISOLATE) {
      // Closing an isolate also closes the embeddings within it.
      const opener = open.lastIndexOf(POP_ISOLATE);
      if (opener < 0) continue;
      open.length = opener;
    } else if (char === POP_EMBEDDING) {
      if (open.at(-1) !== POP_EMBEDDING) continue;
      open.pop();
    }
    balanced += char;
  }
  return balanced + open.reverse().join('');
}

function isIsolate(char: string): boolean {
  return char >= '\u2066' && char <= '\u2068';
}

function isEmbedding(char: string): boolean {
  return char === '\u202a' || char === '\u202b' || char === '\u202d' || char === '\u202e';
}
