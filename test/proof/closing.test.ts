/** A put that is under way when the cache is closed comes to an end, at whatever moment that is. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Status } from '../../src/memory/engine.js';
import { call, type World } from './explore/index.js';
import { NOW } from './schedules/actions.js';
import { sized } from './schedules/line.js';
import { KEY, makeCache, type Orders, passes, writeKey } from './schedules/orders.js';

const SHORT = sized(1);
const LONG = sized(40);
const WRITER = 0;

function prepare(world: World): void {
  makeCache(world, 1, 1, 2);
  writeKey(world, WRITER, 'a');
  assert.equal(world.callAs(WRITER, 'put', KEY, SHORT, NOW, 0, 0), Status.OK);
  writeKey(world, WRITER, 'b');
}

function putting(value: number): Orders {
  return {
    threads: 2,
    prepare,
    begin: () => ({
      threads: [
        (function* () {
          const result = yield* call('put', KEY, value, NOW, 0, 0);
          assert.ok(result === Status.OK || result === Status.CLOSED, `${result}`);
        })(),
        (function* () {
          yield* call('markClosed');
        })(),
      ],
    }),
  };
}

it('a put that evicts an entry whose block it can use', (test) => passes(test, putting(SHORT)));

it('a put that evicts an entry whose block is too small for it', (test) => passes(test, putting(LONG)));
