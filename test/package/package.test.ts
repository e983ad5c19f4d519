/** The package as its users get it: what is in it, and that it works wherever they use it. Needs no network. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build, type Format } from 'esbuild';
import { rollup } from 'rollup';
import { run } from '../support/child.js';
import { Folder, installed, type Pack, pack } from '../support/consumer.js';

const downloads = new Folder();
let packed: Pack;
let project: Folder;

before(async () => {
  packed = await pack(downloads);
  project = await installed(packed);
});

after(() => {
  downloads.remove();
  project?.remove();
});

/** Runs a file of the project; what it printed, if it printed nothing to standard error and ended well. */
async function outputOf(file: string, cwd = project.path): Promise<string> {
  const { code, stdout, stderr } = await run(process.execPath, [file], cwd);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return stdout.trim();
}

/** Ends once an entry has vanished that nobody has touched: the cleaner is at work. */
const untilCleaned = `
  const kept = cache.size;
  cache.put('short-lived', 1, 0.02);
  const timer = setInterval(() => {
    if (cache.size > kept) return;
    clearInterval(timer);
    console.log('cleaned', cache.get('a'));
    cache.shutdown();
  }, 5);
`;

/** Makes a cache in one thread and uses it in another, which runs the same file. */
const twoThreads = `
  if (isMainThread) {
    const cache = new ThreadSafeCache({ name: 'shared', maxSize: 10, cleanupInterval: 0.01 });
    cache.put('a', { from: 'main' });
    new Worker(self).on('exit', () => {
      console.log(cache.get('b'));
      ${untilCleaned}
    });
  } else {
    const cache = ThreadSafeCache.open('shared');
    cache.put('b', 'worker saw ' + cache.get('a').from);
    cache.put('a', 1);
  }
`;
const outputOfTwoThreads = 'worker saw main\ncleaned 1';

describe('the content', () => {
  it('is the compiled package, its declarations, the readme and the licence', () => {
    const allowed = /^(dist\/[\w/-]+(\.d\.ts|\.js)|README\.md|LICENSE|package\.json)$/;
    assert.deepEqual(
      packed.files.filter((file) => !allowed.test(file)),
      [],
    );
    for (const file of ['dist/index.js', 'dist/index.d.ts', 'README.md', 'LICENSE', 'package.json']) {
      assert.ok(packed.files.includes(file), `${file} is missing`);
    }
    for (const file of packed.files) {
      if (file.endsWith('.js'))
        assert.ok(packed.files.includes(file.replace(/\.js$/, '.d.ts')), `${file} has no types`);
    }
  });

  it('has everything that package.json names, and depends on nothing', () => {
    const manifest = JSON.parse(readFileSync(join(project.path, 'node_modules/heddle/package.json'), 'utf8'));
    const named: string[] = [...Object.values(manifest.bin ?? {}), ...pathsIn(manifest.exports)] as string[];
    for (const path of named)
      assert.ok(packed.files.includes(path.replace(/^\.\//, '')), `${path} is missing`);
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']) {
      assert.equal(manifest[kind], undefined, kind);
    }
    for (const script of ['preinstall', 'install', 'postinstall'])
      assert.equal(manifest.scripts?.[script], undefined);
  });

  function pathsIn(exports: object): unknown[] {
    return Object.values(exports).flatMap((value) => (typeof value === 'string' ? [value] : pathsIn(value)));
  }
});

describe('it works', () => {
  it('from an ES module and its worker', async () => {
    project.write(
      'module.mjs',
      `import { isMainThread, Worker } from 'node:worker_threads';
       import { ThreadSafeCache } from 'heddle';
       const self = new URL(import.meta.url);
       ${twoThreads}`,
    );
    assert.equal(await outputOf('module.mjs'), outputOfTwoThreads);
  });

  it('from CommonJS and its worker', async () => {
    project.write(
      'script.cjs',
      `const { isMainThread, Worker } = require('node:worker_threads');
       const { ThreadSafeCache } = require('heddle');
       const self = __filename;
       ${twoThreads}`,
    );
    assert.equal(await outputOf('script.cjs'), outputOfTwoThreads);
  });

  it('made in a worker, with nothing in the main thread', async () => {
    project.write(
      'inside.mjs',
      `import { isMainThread, Worker } from 'node:worker_threads';
       import { ThreadSafeCache } from 'heddle';
       if (isMainThread) {
         new Worker(new URL(import.meta.url));
       } else {
         const cache = new ThreadSafeCache({ maxSize: 10, cleanupInterval: 0.01 });
         cache.put('a', 1);
         ${untilCleaned}
       }`,
    );
    assert.equal(await outputOf('inside.mjs'), 'cleaned 1');
  });

  it('by import and by require at once, as one and the same', async () => {
    project.write(
      'both.cjs',
      `const required = require('heddle');
       import('heddle').then((imported) => console.log(imported.ThreadSafeCache === required.ThreadSafeCache));`,
    );
    assert.equal(await outputOf('both.cjs'), 'true');
  });

  for (const format of ['esm', 'cjs'] satisfies Format[]) {
    for (const minify of [false, true]) {
      it(`bundled into one file: ${format}${minify ? ', minified' : ''}`, async (test) => {
        const bundle = new Folder();
        test.after(() => bundle.remove());
        const outfile = join(bundle.path, format === 'esm' ? 'bundle.mjs' : 'bundle.cjs');
        const self = format === 'esm' ? 'new URL(import.meta.url)' : '__filename';
        const source = project.write(
          `bundled-${format}.mjs`,
          `import { isMainThread, Worker } from 'node:worker_threads';
           import { ThreadSafeCache } from 'heddle';
           const self = ${self};
           ${twoThreads}`,
        );
        const options = { bundle: true, platform: 'node', target: 'node20', logLevel: 'silent' } as const;
        const { warnings } = await build({ ...options, entryPoints: [source], outfile, format, minify });
        assert.deepEqual(warnings, []);
        assert.equal(await outputOf(outfile, bundle.path), outputOfTwoThreads);
      });
    }
  }

  // it leaves out what it takes for calls without an effect
  it('bundled by Rollup', async (test) => {
    const bundle = new Folder();
    test.after(() => bundle.remove());
    const file = join(bundle.path, 'bundle.mjs');
    const input = project.write(
      'rolled-up.mjs',
      `import { isMainThread, Worker } from 'node:worker_threads';
       import { ThreadSafeCache } from './node_modules/heddle/dist/index.js';
       const self = new URL(import.meta.url);
       ${twoThreads}`,
    );
    const build = await rollup({ input, external: /^node:/ });
    await build.write({ file, format: 'es' });
    await build.close();
    assert.equal(await outputOf(file, bundle.path), outputOfTwoThreads);
  });
});
