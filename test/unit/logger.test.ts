import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { type CacheLogger, guardLogger, logLevels } from '../../src/logger.js';

test('passes every line on to the method of its level, with its logger as this', () => {
  const lines: string[] = [];
  class Recorder implements CacheLogger {
    #write = (line: string) => lines.push(line);
    debug(message: string) {
      this.#write(`debug ${message}`);
    }
    info(message: string) {
      this.#write(`info ${message}`);
    }
    warn(message: string) {
      this.#write(`warn ${message}`);
    }
    error(message: string) {
      this.#write(`error ${message}`);
    }
  }
  const guarded = guardLogger(new Recorder());
  for (const level of logLevels) guarded[level]('x');
  assert.deepEqual(lines, ['debug x', 'info x', 'warn x', 'error x']);
});

test('takes console', () => {
  assert.deepEqual(Object.keys(guardLogger(console)), [...logLevels]);
});

test('drops what a logger throws', () => {
  const fail = (): never => {
    throw new Error('disk full');
  };
  const guarded = guardLogger({ debug: fail, info: fail, warn: fail, error: fail });
  for (const level of logLevels) assert.equal(guarded[level]('x'), undefined);
});

test('drops what an asynchronous logger rejects with', async () => {
  const fail = async (): Promise<never> => {
    throw new Error('disk full');
  };
  guardLogger({ debug: fail, info: fail, warn: fail, error: fail }).warn('x');
  await setImmediate(); // an unhandled rejection would fail this test by now
});

test('drops it also from promises that are not of this realm', async () => {
  const foreign: () => Promise<never> = runInNewContext('async () => { throw new Error("disk full"); }');
  guardLogger({ debug: foreign, info: foreign, warn: foreign, error: foreign }).warn('x');
  await setImmediate();
});

test('follows a logger whose methods are replaced', () => {
  const lines: string[] = [];
  const silent = () => {};
  const logger: CacheLogger = { debug: silent, info: silent, warn: silent, error: silent };
  const guarded = guardLogger(logger);
  guarded.info('before');
  logger.info = (message) => lines.push(message);
  guarded.info('after');
  assert.deepEqual(lines, ['after']);
});
