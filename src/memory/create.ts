import { randomFillSync } from 'node:crypto';
import { cacheRangeError } from '../errors.js';
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
 * they need; `ERR_UNSUPPORTED_RUNTIME`.
 */
export function createMemory(id: string, options: ResolvedOptions): HandleContent {
  const module = engineModule();
  const pages = Math.floor(options.maxBytes / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const { engine } = instantiate(module, memory);
  const [a, b, c, d] = randomFillSync(new Uint32Array(4)) as unknown as [number, number, number, number];
  if (engine.initialize(pages, options.maxSize, options.shards, nowMicros(), a, b, c, d) === 0) {
    throw tooSmall(engine, options);
  }
  return makeHandle(id, module, memory, options);
}

function tooSmall(engine: Engine, { maxSize, maxBytes, shards }: ResolvedOptions): Error {
  const subject = `Cannot create a cache: maxBytes is ${maxBytes} for maxSize ${maxSize}`;
  let [fails, fits] = [0, MOST_PAGES];
  if (engine.plan(fits, maxSize, shards) === 0) {
    return cacheRangeError(
      'ERR_INVALID_OPTION',
      `${subject}, a smaller maxSize is required to fit into 4 GiB`,
    );
  }
  while (fits - fails > 1) {
    const middle = Math.floor((fails + fits) / 2);
    if (engine.plan(middle, maxSize, shards) === 0) fails = middle;
    else fits = middle;
  }
  return cacheRangeError(
    'ERR_INVALID_OPTION',
    `${subject}, maxBytes of at least ${fits * PAGE} is required, and more for long keys and values`,
  );
}
