/** File helpers that the build scripts share. @module */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, without a trailing separator. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The files below a folder whose name matches, sorted, as paths relative to the root with forward slashes. Packages
 * that are installed below it are not the project's files.
 *
 * @param {string} folder relative to the root; one that does not exist has no files
 * @param {RegExp} name what a file's name must match
 * @returns {string[]}
 */
export function listFiles(folder, name) {
  const start = join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.includes('/node_modules/'))
    .sort();
}

/**
 * Writes a file, in one step, unless it has that content already: what is not new must not look new to `tsc`, and
 * a build that runs beside this one must never read half a file.
 *
 * @param {string} path relative to the root
 * @param {string | Uint8Array} content
 */
export function writeIfChanged(path, content) {
  const file = join(root, path);
  const bytes = Buffer.from(content);
  if (existsSync(file) && readFileSync(file).equals(bytes)) return;
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, bytes);
  renameSync(temporary, file);
}
