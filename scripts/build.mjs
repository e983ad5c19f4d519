/**
 * Builds the package: `node scripts/build.mjs [step]`.
 *
 *     engine    engine/ → build/engine.wasm → src/generated/engine-module.ts
 *     readers   src/generated/short-text.ts
 *     cleaner   src/cleaner/thread.ts → src/generated/cleaner-source.ts
 *     dist      src/ → dist/, what the package ships (the default)
 *     tests     src/, test/, examples/, … → build/, type-checked
 *
 * Each step runs those above it first. What is up to date is not built again.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildCleaner } from './build-cleaner.mjs';
import { buildEngine } from './build-engine.mjs';
import { buildReaders } from './build-readers.mjs';
import { listFiles, root } from './lib/files.mjs';

/** @type {[name: string, run: () => void | Promise<void>][]} */
const steps = [
  ['engine', buildEngine],
  ['readers', buildReaders],
  ['cleaner', buildCleaner],
  ['dist', () => compile('tsconfig.build.json', 'dist', ['src'])],
  ['tests', () => compile('tsconfig.json', 'build', ['src', 'test', 'examples', 'bench', 'scripts'])],
];

/**
 * Compiles a project with `tsc`, and makes its output folder match its sources: a file whose source is gone would
 * ship, or be run as a test, forever.
 *
 * @param {string} project
 * @param {string} output
 * @param {string[]} inputs the project's source folders; a single one is the root of the output
 */
function compile(project, output, inputs) {
  const sources = inputs
    .flatMap((folder) => listFiles(folder, /\.(ts|mjs)$/))
    .filter((file) => !file.endsWith('.d.ts'));
  const wanted = new Set(
    sources
      .map((file) => `${output}/${inputs.length === 1 ? file.slice(`${inputs[0]}/`.length) : file}`)
      .map(stem),
  );
  const folders = inputs.length === 1 ? [output] : inputs.map((folder) => `${output}/${folder}`);
  const present = folders.flatMap((folder) => listFiles(folder, /\.(js|mjs|d\.ts)(\.map)?$/));
  for (const file of present) if (!wanted.has(stem(file))) rmSync(join(root, file));
  // tsc trusts its record of an earlier run, and would not write again what somebody removed.
  const complete = new Set(present.filter((file) => !file.endsWith('.map')).map(stem));
  if ([...wanted].some((file) => !complete.has(file)))
    rmSync(join(root, output, '.tsbuildinfo'), { force: true });

  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '--project', project], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`Cannot compile ${project}: see above`);
}

/**
 * A path without its extension, so that a source and what is made of it have the same one.
 *
 * @param {string} file
 * @returns {string}
 */
function stem(file) {
  return file.replace(/\.(d\.ts|ts|js|mjs)(\.map)?$/, '');
}

const wantedStep = process.argv[2] ?? 'dist';
const last = steps.findIndex(([name]) => name === wantedStep);
try {
  if (last < 0)
    throw new Error(
      `Cannot build '${wantedStep}': a step is one of ${steps.map(([name]) => name).join(', ')}`,
    );
  for (const [, run] of steps.slice(0, last + 1)) await run();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
