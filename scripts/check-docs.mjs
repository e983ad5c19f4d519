/**
 * Checks the documentation: every relative link in a Markdown file leads to a file that exists, and to a heading
 * that exists in it.
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { listFiles, root } from './lib/files.mjs';

const fences = /^(`{3,}|~{3,})[\s\S]*?^\1\s*$/gm;
const links = /\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g;
const headings = /^#{1,6}\s+(.+?)\s*#*$/gm;

const folders = ['docs', 'examples', 'bench', '.github'];
const files = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md']
  .filter((file) => existsSync(join(root, file)))
  .concat(folders.flatMap((folder) => listFiles(folder, /\.md$/)));

const problems = files.flatMap(problemsIn);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/**
 * What is wrong with a file's links.
 *
 * @param {string} file
 * @returns {string[]}
 */
function problemsIn(file) {
  const found = [];
  const text = prose(file).replace(/`[^`\n]*`/g, '');
  for (const [, link = ''] of text.matchAll(links)) {
    if (/^[a-z][a-z+.-]*:/i.test(link)) continue;
    const [path = '', heading] = link.split('#');
    const target = path === '' ? file : posix.normalize(posix.join(dirname(file), decodeURI(path)));
    if (target.startsWith('..') || !existsSync(join(root, target))) {
      found.push(`${file}: ${link} leads to no file`);
    } else if (heading && target.endsWith('.md') && !anchorsOf(target).has(heading)) {
      found.push(`${file}: ${link} leads to no heading of ${target}`);
    }
  }
  return found;
}

/**
 * The anchors that a file's headings get: lower case, without punctuation, with hyphens for spaces.
 *
 * @param {string} file
 * @returns {Set<string>}
 */
function anchorsOf(file) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const anchors = new Set();
  for (const [, title = ''] of prose(file).matchAll(headings)) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-');
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    anchors.add(times === 0 ? anchor : `${anchor}-${times}`);
  }
  return anchors;
}

/**
 * A file's text without its fenced code.
 *
 * @param {string} file
 * @returns {string}
 */
function prose(file) {
  return readFileSync(join(root, file), 'utf8').replace(fences, '');
}
