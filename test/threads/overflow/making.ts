/** Makes caches with a cleaner near the end of the stack. */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { ThreadSafeCache } from '../../../src/index.js';
import { AMPLE, makeDive, overflows, range } from '../../support/overflow.js';

let [cut, taken] = [0, 0];
for (let width = 0; width < 4; width++) {
  const dive = makeDive(width);
  for (const above of [AMPLE, AMPLE, ...range(40, 440, 10)]) {
    const options = { name: `${width} ${above}`, maxSize: 10 };
    let cache: ThreadSafeCache | undefined;
    const make = () => {
      cache = new ThreadSafeCache(options);
    };
    if (overflows(dive, above, make)) {
      cut++;
      try {
        make();
      } catch {
        taken++;
      }
    }
    cache?.shutdown();
    await turn();
  }
}
// what Node.js has left half-made shows when it is closed
await sleep(500);
console.log(JSON.stringify({ cut, taken }));
