// What a cache does, in the log: anything with debug, info, warn and error will do.
import { setTimeout as sleep } from 'node:timers/promises';
import { ThreadSafeCache } from 'heddle';
import { pino } from 'pino';

const plain = new ThreadSafeCache({ name: 'plain', maxSize: 1, cleanupInterval: 0.1, logger: console });
plain.put('a', 1);
plain.put('b', 2, 0.2); // heddle "plain": evicted "a" (least recently used)
while (plain.size > 0) await sleep(100); // heddle "plain": cleaner started
await sleep(100); // heddle "plain": expired "b" (its time to live was over), cleaner removed 1 expired in … ms
plain.shutdown(); // heddle "plain": cleaner stopped

const structured = new ThreadSafeCache({ name: 'structured', maxSize: 1, logger: pino({ level: 'debug' }) });
structured.put('a', 1);
structured.put('b', 2); // {"level":20, … "msg":"heddle \"structured\": evicted \"a\" (least recently used)"}
