/**
 * Finishes `dist` after Vite: names the build by its content, and lays a Brotli and a gzip copy
 * beside every file that compresses, so that the server never compresses anything.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = new URL('../dist', import.meta.url).pathname;
const compressible = new Set(['.html', '.js', '.css', '.svg', '.json', '.webmanifest', '.txt']);
/** Stands in the page until the build's name is known. */
const placeholder = '%BUILD%';

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !path.endsWith('.br') && !path.endsWith('.gz') && !path.endsWith('build.json'))
  .sort();

const hash = createHash('sha256');
for (const path of files) {
  hash.update(path.slice(dist.length)).update(readFileSync(path));
}
const build = hash.digest('hex').slice(0, 16);

const page = join(dist, 'index.html');
writeFileSync(page, readFileSync(page, 'utf8').replace(placeholder, build));
const buildFile = join(dist, 'build.json');
writeFileSync(buildFile, `${JSON.stringify({ build })}\n`);

let bytes = 0;
for (const path of [...files, buildFile]) {
  if (!compressible.has(extname(path))) continue;
  const content = readFileSync(path);
  const brotli = brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
  writeFileSync(`${path}.br`, brotli);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
  bytes += brotli.length;
}
console.log(`build ${build}: ${files.length} files, ${bytes} bytes as Brotli without fonts`);
