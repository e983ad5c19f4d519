import { randomFillSync } from 'node:crypto';
import { because, cacheError, cacheRangeError } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import { nowMicros } from './clock.js';
import { type Engine, engineModule, instantiate } from './engine.js';
import { type HandleContent, makeHandle } from './handle.js';

const PAGE = 65_536;
const MOST_PAGES = 65_536;

/**
 * Reserves and initialises the memory of a new cache.
 *
 * @throws {@link CacheError} `ERR_INVALID_OPTION` when `maxSize` entries do not fit into `maxBytes`, with the bytes
 * they need; `ERR_OUT_OF_MEMORY` when the system does not give as much address space; `ERR_UNSUPPORTED_RUNTIME`.
 */
export function createMemory(id: string, options: ResolvedOptions): HandleContent {
  const module = engineModule();
  const pages = Math.floor(options.maxBytes / PAGE);
  const memory = reserve(pages);
  const { engine } = instantiate(module, memory);
  const [a, b, c, d] = randomFillSync(new Uint32Array(4)) as unknown as [number, number, number, number];
  if (engine.initialize(pages, options.maxSize, options.shards, nowMicros(), a, b, c, d) === 0) {
    throw tooSmall(engine, options);
  }
  return makeHandle(id, module, memory, options);
}

/** Address space only: nothing of it is touched. */
function reserve(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    const subject = `Cannot create a cache: ${pages * PAGE} bytes of address space are not to be had${because(cause)}`;
    const required =
      'a smaller maxBytes, or the shutdown() of caches that are not used any more, is required';
    throw cacheError('ERR_OUT_OF_MEMORY', `${subject}, ${required}`, { cause });
  }
}

function tooSmall(engine: Engine, { maxSize, maxBytes, shards }: ResolvedOptions): Error {
  const subject = `Cannot create a cache: maxBytes is ${maxBytes} for maxSize ${maxSize}`;
  const isEnough = (pages: number, size: number): boolean => engine.plan(pages, size, shards) !== 0;
  if (!isEnough(MOST_PAGES, maxSize)) {
    const most = firstOf(1, maxSize, (size) => !isEnough(MOST_PAGES, size)) - 1;
    const required = `a maxSize of at most ${most} is required, which takes 4 GiB`;
    return cacheRangeError('ERR_INVALID_OPTION', `${subject}, ${required}`);
  }
  const least = firstOf(1, MOST_PAGES, (pages) => isEnough(pages, maxSize)) * PAGE;
  const required = `maxBytes of at least ${least} is required, and more for long keys and values`;
  return cacheRangeError('ERR_INVALID_OPTION', `${subject}, ${required}`);
}

/** The first whole number of which something holds that holds of `most` and of all after the first. */
function firstOf(least: number, most: number, holds: (number: number) => boolean): number {
  let [low, high] = [least, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
