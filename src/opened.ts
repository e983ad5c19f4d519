import type { Computing } from './loading/computing.js';
import type { Loading } from './loading/loading.js';
import type { Store } from './store.js';

/**
 * The name of the method by which the operations of a cache reach what is behind it. A symbol that the package does not
 * export: nobody else can call it.
 */
export const opened: unique symbol = Symbol('opened');

/** A cache that is open: its store, and what holds for its operations. */
export interface Opened {
  readonly store: Store;
  readonly loading: Loading;
  readonly computing: Computing;
  /** µs; 0: never. */
  readonly defaultTtlMicros: number;
}
