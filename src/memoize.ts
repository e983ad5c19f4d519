import type { CacheKey } from './codec/keys.js';
import { cacheTypeError, describe } from './errors.js';
import { type LoadOptions, resolveLoadOptions } from './loading/options.js';
import type { LoadingOperations } from './loading-operations.js';

/** A cache for the results of a function: it may hold other values too. */
export interface ResultCache<Result> extends Pick<LoadingOperations<CacheKey, Result>, 'put'> {
  getOrLoad(
    key: CacheKey,
    loader: (key: CacheKey) => Result | PromiseLike<Result>,
    options?: LoadOptions,
  ): Promise<unknown>;
}

/** How a function is memoised; the rest as for `getOrLoad`. */
export interface MemoizeOptions<Args extends readonly unknown[]> extends Omit<LoadOptions, 'signal'> {
  /**
   * What the keys begin with: the same in every thread, another one for each function, as functions of one name share their
   * values. Default: the function's name, which is `default` for all that are exported as that without one.
   */
  readonly name?: string | undefined;
  /** The key for these arguments, as it is; `name` is not used then. Default: made of the name and all arguments. */
  readonly key?: ((...args: Args) => CacheKey) | undefined;
}

/**
 * The same function with a memory: for arguments that any thread has called it with, what it came to then. Built on
 * {@link LoadingOperations.getOrLoad}: over all threads it runs once for the same arguments, and errors are not kept.
 *
 * The default key tells apart strings, numbers, bigints, booleans, `null`, `undefined`, and arrays and plain objects of
 * such, whatever the order of their properties; other arguments (also arrays with properties besides) want `key`.
 *
 * @throws {@link CacheError} `ERR_INVALID_ARGUMENT` when it is no function, `ERR_INVALID_OPTION` when it has no name and
 * neither `name` nor `key` is given, and for a wrong option (a `refreshAfter` that the default TTL does not allow shows at the
 * first call), `ERR_INVALID_TTL`. The function it returns rejects as `getOrLoad` does, and with `ERR_INVALID_KEY` for an
 * argument that no key can be made of.
 *
 * @example
 * const render = memoize(renderPage, cache, { ttl: 60 });
 * const html = await render('/start', { theme: 'dark' });
 */
export function memoize<Fn extends (...args: never[]) => unknown>(
  fn: Fn,
  cache: ResultCache<Awaited<ReturnType<Fn>>>,
  options: MemoizeOptions<Parameters<Fn>> = {},
): (...args: Parameters<Fn>) => Promise<Awaited<ReturnType<Fn>>> {
  if (typeof fn !== 'function') {
    const message = `Cannot memoise: fn is ${describe(fn)}, a function is required`;
    throw cacheTypeError('ERR_INVALID_ARGUMENT', message);
  }
  if (typeof cache?.getOrLoad !== 'function') {
    const message = `Cannot memoise: cache is ${describe(cache)}, a ThreadSafeCache is required`;
    throw cacheTypeError('ERR_INVALID_ARGUMENT', message);
  }
  if (typeof options !== 'object' || options === null) {
    const message = `Cannot memoise: options is ${describe(options)}, an object is required`;
    throw cacheTypeError('ERR_INVALID_OPTION', message);
  }
  const {
    name = fn.name,
    key = (...args: Parameters<Fn>) => defaultKey(name, args),
    ...loadOptions
  } = options;
  if (options.key === undefined && (typeof name !== 'string' || name === '')) {
    const message = `Cannot memoise: the function's name is ${describe(name)}, a name or key among the options is required`;
    throw cacheTypeError('ERR_INVALID_OPTION', message);
  }
  if (typeof key !== 'function') {
    const message = `Cannot memoise: key is ${describe(key)}, a function is required`;
    throw cacheTypeError('ERR_INVALID_OPTION', message);
  }
  requireLoadOptions(name, loadOptions);
  async function memoised(this: unknown, ...args: Parameters<Fn>): Promise<Awaited<ReturnType<Fn>>> {
    // a promise of it is as good
    const run = () => fn.apply(this, args) as Awaited<ReturnType<Fn>>;
    return (await cache.getOrLoad(key(...args), run, loadOptions)) as Awaited<ReturnType<Fn>>;
  }
  return Object.defineProperty(memoised, 'name', { value: fn.name });
}

/** A typo is to show when the function is made, and not when it is called first. */
function requireLoadOptions(name: string, options: LoadOptions): void {
  if ('signal' in options) {
    const message = `Cannot memoise ${describe(name)}: signal is among the options, none is required: it would end every call`;
    throw cacheTypeError('ERR_INVALID_OPTION', message);
  }
  // whether refreshAfter is below the default TTL, the cache knows
  resolveLoadOptions(name, options, Number.POSITIVE_INFINITY, 'memoise');
}

function defaultKey(name: string, args: readonly unknown[]): string {
  return `${name}(${args.map((argument) => textOf(name, argument, [])).join(',')})`;
}

/** Different for different values; the same for the same whatever the order of properties. */
function textOf(name: string, value: unknown, parents: readonly unknown[]): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (!parents.includes(value)) return textOfObject(name, value, [...parents, value]);
  }
  throw wrongArgument(name, value);
}

function textOfObject(name: string, value: object, parents: readonly unknown[]): string {
  if (Array.isArray(value)) {
    // behind the length come other properties, such as those of a match or the raw strings of a template
    if (Reflect.ownKeys(value).at(-1) !== 'length') throw wrongArgument(name, value);
    return `[${Array.from(value, (element) => textOf(name, element, parents)).join(',')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (!isPlain || Object.getOwnPropertySymbols(value).length > 0) throw wrongArgument(name, value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = entries.map(
    ([property, each]) => `${JSON.stringify(property)}:${textOf(name, each, parents)}`,
  );
  return `{${texts.join(',')}}`;
}

function wrongArgument(name: string, value: unknown): Error {
  const required = 'primitives, arrays and plain objects without cycles, or the option key, are required';
  const message = `Cannot make a key for ${describe(name)}: an argument is ${describe(value)}, ${required}`;
  return cacheTypeError('ERR_INVALID_KEY', message);
}
