/**
 * The stack overflows while a cache is made or left, or while a thread begins to wait for another one: nothing is left behind
 * that ends the process later, or keeps it or somebody waiting. Each in a process of its own, which ends by itself.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { run } from '../support/child.js';

async function resultOf(script: 'making' | 'waiting' | 'leaving'): Promise<Record<string, number>> {
  const file = fileURLToPath(new URL(`./overflow/${script}.js`, import.meta.url));
  const { code, stdout, stderr } = await run(process.execPath, [file]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  return JSON.parse(stdout) as Record<string, number>;
}

describe('a stack overflow', () => {
  it('while a cache is made: it can be made then', async () => {
    const { cut = 0, taken } = await resultOf('making');
    assert.ok(cut > 0);
    assert.equal(taken, 0);
  });

  it('while a thread begins to wait for what another one computes', async () => {
    const { cut = 0 } = await resultOf('waiting');
    assert.ok(cut > 0);
  });

  it('while a thread leaves that waits: the next shutdown tells who waits', async () => {
    const { cut = 0, untold, threads } = await resultOf('leaving');
    assert.ok(cut > 0);
    assert.deepEqual({ untold, threads }, { untold: 0, threads: 1 });
  });
});
