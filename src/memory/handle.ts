import { describe } from '../errors.js';
import type { ResolvedOptions } from '../options.js';
import { incompatible, LAYOUT_VERSION, requireWebAssembly } from './engine.js';

/** Part of every handle; changes with what a handle carries. */
const HANDLE_VERSION = 1;

/** What a handle holds. */
export interface HandleContent {
  readonly heddle: typeof HANDLE_VERSION;
  /** Of the memory and the module; those of another one would be misread. */
  readonly layout: number;
  /** The same for all handles of one cache, of no other. */
  readonly id: string;
  readonly name: string;
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly options: SharedOptions;
}

/** The options that hold for every thread. A codec and a logger are functions and cannot be shared. */
export interface SharedOptions
  extends Pick<
    ResolvedOptions,
    'maxBytes' | 'defaultTtlMicros' | 'cleanupIntervalMs' | 'freeze' | 'nearSize'
  > {
  readonly hasCodec: boolean;
}

export function makeHandle(
  id: string,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  options: ResolvedOptions,
): HandleContent {
  const { name, maxBytes, defaultTtlMicros, cleanupIntervalMs, freeze, nearSize } = options;
  const hasCodec = options.codec !== undefined;
  const shared = { maxBytes, defaultTtlMicros, cleanupIntervalMs, freeze, nearSize, hasCodec };
  return { heddle: HANDLE_VERSION, layout: LAYOUT_VERSION, id, name, module, memory, options: shared };
}

/** @throws {@link CacheError} `ERR_INCOMPATIBLE_HANDLE`, `ERR_UNSUPPORTED_RUNTIME` */
export function readHandle(handle: unknown): HandleContent {
  requireWebAssembly('attach to the cache');
  const content = handle as Partial<HandleContent> | null | undefined;
  if (
    typeof content === 'object' &&
    content?.heddle === HANDLE_VERSION &&
    content.layout === LAYOUT_VERSION &&
    content.module instanceof WebAssembly.Module &&
    content.memory instanceof WebAssembly.Memory &&
    typeof content.options === 'object' &&
    content.options !== null
  ) {
    return content as HandleContent;
  }
  throw incompatible(`the handle is ${describe(handle)}`);
}
