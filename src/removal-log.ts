import type { CleanerReport } from './cleaner/messages.js';
import type { CleanerListener } from './cleaner/supervisor.js';
import { formatKey } from './codec/keys.js';
import type { CacheLogger } from './logger.js';
import type { Removal } from './memory/removal.js';

const reasons = { evicted: 'least recently used', expired: 'its time to live was over' } as const;

/** Writes the log lines of one cache in one thread. */
export class RemovalLog implements CleanerListener {
  readonly #logger: CacheLogger;
  readonly #subject: string;

  constructor(logger: CacheLogger, name: string) {
    this.#logger = logger;
    this.#subject = `heddle ${JSON.stringify(name)}`;
  }

  removals(removals: Iterable<Removal>): void {
    for (const { key, cause } of removals) {
      this.#logger.debug(`${this.#subject}: ${cause} ${formatKey(key)} (${reasons[cause]})`);
    }
  }

  pressure(maxBytes: number): void {
    this.#logger.warn(
      `${this.#subject}: the byte budget of ${maxBytes} is full before maxSize is reached; entries are evicted to make room`,
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

  report({ keys, round, rebuilt }: CleanerReport): void {
    if (rebuilt !== undefined) this.rebuilt(rebuilt);
    this.removals(keys.map((key) => ({ key, cause: 'expired' })));
    if (round === undefined) return;
    const { removed, durationMs } = round;
    this.#logger.debug(`${this.#subject}: cleaner removed ${removed} expired in ${durationMs.toFixed(1)} ms`);
  }
}
