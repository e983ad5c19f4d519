import type { ValueCodec } from './codec/values.js';
import { cacheTypeError, describe } from './errors.js';
import { givenCodec, givenLogger } from './given.js';
import type { CacheLogger } from './logger.js';

/** What a thread that attaches to a cache brings along: functions cannot be shared between threads. */
export interface AttachOptions {
  /** Where this thread's log lines go. Default: nowhere. */
  logger?: CacheLogger | undefined;
  /** The codec the cache was created with; required when it was created with one. */
  codec?: ValueCodec | undefined;
}

/** @throws {@link CacheError} `ERR_INVALID_OPTION` */
export function resolveAttachOptions(options: unknown, needsCodec: boolean): AttachOptions {
  if (typeof options !== 'object' || options === null) throw problem('options', options, 'an object');
  const { logger, codec, ...unknown } = options as Partial<Record<keyof AttachOptions, unknown>>;
  const [other] = Reflect.ownKeys(unknown);
  if (other !== undefined) throw problem('an option', other, 'logger or codec');
  if (codec === undefined && needsCodec) throw problem('codec', codec, 'the codec it was created with');
  return {
    logger: givenLogger(logger, problem),
    codec: givenCodec(codec, problem),
  };
}

function problem(subject: string, value: unknown, required: string): Error {
  return cacheTypeError(
    'ERR_INVALID_OPTION',
    `Cannot attach to the cache: ${subject} is ${describe(value)}, ${required} is required`,
  );
}
