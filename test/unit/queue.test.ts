import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Queue } from '../../src/loading/queue.js';

describe('the queue of loads without room', () => {
  it('gives turns in the order of coming, a few at a time', async () => {
    const queue = new Queue();
    const order: number[] = [];
    const turns = Array.from({ length: 10 }, (_, index) => queue.turn().then(() => order.push(index)));
    queue.advance(3);
    await Promise.all(turns.slice(0, 3));
    assert.deepEqual(order, [0, 1, 2]);
    turns.push(queue.turn().then(() => order.push(10)));
    for (let i = 0; i < 5; i++) queue.advance(1);
    queue.advance(Number.POSITIVE_INFINITY);
    await Promise.all(turns);
    assert.deepEqual(
      order,
      Array.from({ length: 11 }, (_, index) => index),
    );
  });

  it('takes no longer for each when there are many', () => {
    const timeOf = (count: number) => {
      const queue = new Queue();
      for (let i = 0; i < count; i++) queue.turn();
      const start = performance.now();
      for (let i = 0; i < count; i++) queue.advance(1);
      return performance.now() - start;
    };
    // the best of three: the processor may be away for a while
    const times = [10_000, 160_000].map((count) => Math.min(...[1, 2, 3].map(() => timeOf(count))));
    const [few = 0, many = 0] = times;
    // sixteen times as many; 256 times as long where each passes all before it
    assert.ok(many < 100 * Math.max(few, 1), `${few} and ${many} ms`);
  });
});
