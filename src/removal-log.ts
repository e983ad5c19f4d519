import type { CleanerReport } from './cleaner/messages.js';
import { type CacheKey, formatKey } from './codec/keys.js';
import type { CacheLogger } from './logger.js';
import type { Removal } from './memory/removal.js';

const reasons = { evicted: 'least recently used', expired: 'its time to live was over' } as const;

/** Writes the log lines of one cache in one thread. */
export class RemovalLog {
  readonly #logger: CacheLogger;
  readonly #subject: string;

  constructor(logger: CacheLogger, name: string) {
    this.#logger = logger;
    this.#subject = `heddle ${JSON.stringify(name)}`;
  }

  removal({ key, cause }: Removal): void {
    this.#logger.debug(`${this.#subject}: ${cause} ${formatKey(key)} (${reasons[cause]})`);
  }

  failedListener(text: string): void {
    this.#logger.error(`${this.#subject}: ${text}`);
  }

  pressure(maxBytes: number): void {
    this.#logger.warn(
      `${this.#subject}: the byte budget of ${maxBytes} is full before maxSize is reached; entries are evicted to make room`,
    );
  }

  failedBehind(key: CacheKey, error: string): void {
    this.#logger.warn(
      `${this.#subject}: a load of ${formatKey(key)} failed for which nobody waits: ${error}`,
    );
  }

  unstored(key: CacheKey, byteLength: number): void {
    this.#logger.warn(
      `${this.#subject}: what is loaded for ${formatKey(key)} is not stored, ${byteLength} bytes do not fit; of others nothing is said`,
    );
  }

  rebuilt(count: number): void {
    this.#logger.warn(
      `${this.#subject}: a thread died inside the cache; rebuilt ${count} part(s) of it, entries may be lost`,
    );
  }

  started(): void {
    this.#logger.info(`${this.#subject}: cleaner started`);
  }

  stopped(): void {
    this.#logger.info(`${this.#subject}: cleaner stopped`);
  }

  failed(error: unknown): void {
    this.#logger.warn(`${this.#subject}: the cleaner failed, entries expire on access: ${String(error)}`);
  }

  round({ removed, durationMs }: NonNullable<CleanerReport['round']>): void {
    this.#logger.debug(`${this.#subject}: cleaner removed ${removed} expired in ${durationMs.toFixed(1)} ms`);
  }
}
