import type { CacheLogger } from '../../src/index.js';

/** A logger that keeps its lines. */
export class RecordingLogger implements CacheLogger {
  readonly lines: { readonly level: keyof CacheLogger; readonly message: string }[] = [];

  debug(message: string): void {
    this.lines.push({ level: 'debug', message });
  }

  info(message: string): void {
    this.lines.push({ level: 'info', message });
  }

  warn(message: string): void {
    this.lines.push({ level: 'warn', message });
  }

  error(message: string): void {
    this.lines.push({ level: 'error', message });
  }

  /** The messages of one level. */
  at(level: keyof CacheLogger): string[] {
    return this.lines.filter((line) => line.level === level).map(({ message }) => message);
  }

  /** What the lines say was removed, in order, keys as formatKey shows them; forgets the lines. */
  takeRemovals(): { shown: string; cause: string }[] {
    return this.lines.splice(0).flatMap(({ message }) => {
      const { cause, shown } = /: (?<cause>evicted|expired) (?<shown>.*) \(/.exec(message)?.groups ?? {};
      return cause === undefined || shown === undefined ? [] : [{ shown, cause }];
    });
  }
}
