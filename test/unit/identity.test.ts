/** Whether another thread has ended, as far as the system tells. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { it } from 'node:test';
import { isThreadGone, ownIdentity } from '../../src/memory/identity.js';

const isTold = ownIdentity.thread !== 0;

it('a thread that is not there is gone, this one is not', { skip: !isTold }, () => {
  const { thread, start } = ownIdentity;
  assert.equal(isThreadGone(ownIdentity), false);
  assert.equal(isThreadGone({ thread, start: start ^ 1 }), true);
  assert.equal(isThreadGone({ thread: 2 ** 31 - 1, start }), true);
});

it('nobody is gone where /proc is not there any more', { skip: !isTold }, (test) => {
  const missing = () => {
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  };
  const { mock } = test.mock.method(fs, 'readFileSync', missing);
  test.after(() => {
    mock.restore();
    syncBuiltinESMExports();
  });
  syncBuiltinESMExports();
  assert.equal(isThreadGone(ownIdentity), false);
  assert.equal(isThreadGone({ thread: 2 ** 31 - 1, start: 1 }), false);
});
