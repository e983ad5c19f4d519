import { onRejection } from './rejection.js';

/** What a cache writes its log lines to; `console` and pino fit. Each line is one finished string. */
export interface CacheLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The levels of a {@link CacheLogger}, least urgent first. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Wraps a logger so that it can never harm the cache: what it throws, and what a promise it returns is
 * rejected with, is dropped.
 *
 * The methods are looked up at each call, because loggers replace them when their level changes.
 */
export function guardLogger(logger: CacheLogger): CacheLogger {
  const guard = (level: keyof CacheLogger) => (message: string) => {
    try {
      onRejection(logger[level](message), () => {});
    } catch {
      // A cache must not fail because its log does.
    }
  };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}
