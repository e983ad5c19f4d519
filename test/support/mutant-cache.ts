import { randomFillSync, randomUUID } from 'node:crypto';
import { type CacheHandle, type CacheKey, type CacheOptions, ThreadSafeCache } from '../../src/index.js';
import { nowMicros } from '../../src/memory/clock.js';
import { instantiate } from '../../src/memory/engine.js';
import { makeHandle } from '../../src/memory/handle.js';
import { resolveOptions } from '../../src/options.js';
import { compileMutants, type Patch } from './mutant.js';

const PAGE = 65_536;

/**
 * Words at the beginning of the memory of a cache, where nothing stands: addresses 0 to 60. A mutant may keep there
 * what a test wants to tell it, or it the test.
 */
export function wordsOf(memory: WebAssembly.Memory): Int32Array {
  return new Int32Array(memory.buffer, 0, 16);
}

/** Compiles engines with one defect each, in the order of the patches. */
export async function compileModules(patches: readonly Patch[]): Promise<WebAssembly.Module[]> {
  const compiled = await compileMutants(patches);
  return compiled.map((bytes) => new WebAssembly.Module(Buffer.from(bytes)));
}

/**
 * A cache like any other, but over this module instead of the engine; so is every thread that attaches by its handle,
 * and the cleaner. It has no creator: nobody's shutdown() ends it for the others.
 */
export function makeCacheOver<Key extends CacheKey = CacheKey, Value = unknown>(
  module: WebAssembly.Module,
  given: CacheOptions,
): ThreadSafeCache<Key, Value> {
  const options = resolveOptions(given);
  const pages = Math.floor(options.maxBytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { engine } = instantiate(module, memory);
  const [a = 0, b = 0, c = 0, d = 0] = randomFillSync(new Uint32Array(4));
  if (engine.initialize(pages, options.maxSize, options.shards, nowMicros(), a, b, c, d) === 0) {
    throw new Error('Cannot make a cache: maxBytes is too small for it');
  }
  const handle: unknown = makeHandle(randomUUID(), module, memory, options);
  return ThreadSafeCache.attach(handle as CacheHandle, { logger: options.logger });
}
