/**
 * The worker in the demo's walk: opens the cache by its name and uses it.
 *
 * @module
 */
import { parentPort } from 'node:worker_threads';
import { ThreadSafeCache } from '../index.js';

const show = (code: string, result: unknown) => parentPort?.postMessage([code, result]);

const cache = ThreadSafeCache.open('users');
show("const cache = ThreadSafeCache.open('users')", undefined);
show("cache.put('user:5', { name: 'Hedy' })", cache.put('user:5', { name: 'Hedy' }));
