import type { ValueCodec } from './codec/values.js';
import { type CacheLogger, guardLogger, logLevels } from './logger.js';

/** Makes the error for an option of a wrong type: what it is, what is required. */
export type Refusal = (option: string, value: unknown, required: string) => Error;

/** The logger somebody has given, guarded, or `undefined`; what is no logger is refused. */
export function givenLogger(value: unknown, refuse: Refusal): CacheLogger | undefined {
  if (value === undefined) return undefined;
  return guardLogger(withMethods<CacheLogger>('logger', value, logLevels, refuse));
}

/** The codec somebody has given, or `undefined`; what is no codec is refused. */
export function givenCodec(value: unknown, refuse: Refusal): ValueCodec | undefined {
  if (value === undefined) return undefined;
  return withMethods<ValueCodec>('codec', value, ['encode', 'decode'], refuse);
}

/** Gives the value back as what it is when it has every method named. */
function withMethods<Shape>(
  option: string,
  value: unknown,
  names: readonly (keyof Shape & string)[],
  refuse: Refusal,
): Shape {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
  if (!isObject || names.some((name) => typeof (value as Shape)[name] !== 'function')) {
    throw refuse(option, value, `an object with the methods ${names.join(', ')}`);
  }
  return value as Shape;
}
