/**
 * Loaded into every process and thread whose coverage is measured: the cleaner runs from its compiled file there, not
 * from the string of bundled code that the package carries, of which V8 could not say where it comes from. It is
 * given the folder for its figures, too, which it would not see in its empty environment.
 *
 * @module
 */
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';
import threads from 'node:worker_threads';

const { NODE_V8_COVERAGE } = process.env;
/** This file runs from scripts/lib/. */
const cleaner = fileURLToPath(new URL('../../build/src/cleaner/thread.js', import.meta.url));

class Worker extends threads.Worker {
  /**
   * @param {string | URL} source
   * @param {import('node:worker_threads').WorkerOptions} [options]
   */
  constructor(source, options) {
    if (options?.name !== 'heddle-cleaner') super(source, options);
    else super(cleaner, { ...options, eval: false, env: { NODE_V8_COVERAGE } });
  }
}

threads.Worker = Worker;
syncBuiltinESMExports();
