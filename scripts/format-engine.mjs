/**
 * Formats engine/ with Biome: `node scripts/format-engine.mjs [--check]`.
 *
 * AssemblyScript has decorators on functions and variables (`@inline`), which Biome cannot parse. They are turned
 * into line comments on the way in and back on the way out; nothing else differs from TypeScript's syntax.
 *
 *     --check   writes nothing, names the files that would change, and fails if there are any
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { listFiles, root, writeIfChanged } from './lib/files.mjs';

const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
const decorator = /^([ \t]*)@(\w+(?:\(.*\))?)$/gm;
const mark = '//@@';
const markedDecorator = new RegExp(`^([ \\t]*)${mark}`, 'gm');

const check = process.argv.includes('--check');
let wrong = 0;
for (const file of listFiles('engine', /\.ts$/)) {
  const source = readFileSync(join(root, file), 'utf8');
  const formatted = format(file, source);
  if (formatted === source) continue;
  if (!check && formatted !== undefined) {
    writeIfChanged(file, formatted);
    continue;
  }
  wrong++;
  if (formatted !== undefined) console.error(`${file} is not formatted: run npm run format`);
}
process.exitCode = wrong > 0 ? 1 : 0;

/**
 * The formatted text of a file.
 *
 * @param {string} file named in messages only
 * @param {string} source
 * @returns {string | undefined} undefined if it cannot be parsed; Biome has said why
 */
function format(file, source) {
  // Biome leaves a file that its settings exclude as it is, hence a name outside engine/.
  const name = file.replaceAll('/', '-');
  const { status, stdout } = spawnSync(process.execPath, [biome, 'format', `--stdin-file-path=${name}`], {
    cwd: root,
    input: source.replace(decorator, `$1${mark}$2`),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return status === 0 ? stdout.replace(markedDecorator, '$1@') : undefined;
}
