/** The check that comes before every figure: contenders pass it, and those that do not do what they say fail. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkContract } from '../../bench/lib/contract.js';
import { type Contender, type LocalCache, localCaches } from '../../bench/lib/local-caches.js';
import { isInstalled } from '../../bench/lib/peer.js';

const absent: string[] = [];
const present: Contender[] = [];
for (const contender of localCaches) {
  if (contender.peer === undefined || (await isInstalled(contender.peer))) present.push(contender);
  else absent.push(contender.name);
}

describe('the contract of what is measured', () => {
  for (const contender of present) {
    it(`is kept by ${contender.name}`, async () => {
      await checkContract(contender, 'string24');
      await checkContract(contender, 'object300');
      await checkContract(contender, 'bytes1k');
    });
  }

  it('is asked of heddle and lru-cache at least', (test) => {
    if (absent.length > 0) test.diagnostic(`not installed, npm run bench would: ${absent.join(', ')}`);
    const names = present.map(({ name }) => name);
    assert.ok(names.includes('heddle') && names.includes('lru-cache'));
  });
});

/** A Map that is a little too simple for a cache. */
class Plain implements LocalCache {
  readonly map = new Map<string, unknown>();

  get(key: string): unknown {
    return this.map.get(key);
  }
  put(key: string, value: unknown): void {
    this.map.set(key, value);
  }
  size(): number {
    return this.map.size;
  }
}

class FirstInFirstOut extends Plain {
  readonly #entries: number;

  constructor(entries: number) {
    super();
    this.#entries = entries;
  }
  override put(key: string, value: unknown): void {
    super.put(key, value);
    const [oldest] = this.map.keys();
    if (this.map.size > this.#entries && oldest !== undefined) this.map.delete(oldest);
  }
}

class Forgetful extends Plain {
  override put(key: string, value: unknown): void {
    if (!this.map.has(key)) super.put(key, value);
  }
}

class Undying extends Plain {
  delete(key: string): boolean {
    return this.map.has(key);
  }
}

describe('a contender that', () => {
  const cases: [
    what: string,
    open: (entries: number) => LocalCache,
    promise: Partial<Contender>,
    complaint: RegExp,
  ][] = [
    ['never evicts', () => new Plain(), { eviction: 'approximate' }, /does not evict/],
    [
      'evicts in another order',
      (size) => new FirstInFirstOut(size),
      { eviction: 'exact' },
      /just used was evicted/,
    ],
    ['does not replace', () => new Forgetful(), {}, /replaced, and got something else/],
    ['does not remove', () => new Undying(), {}, /removed once more/],
  ];
  for (const [what, open, promise, complaint] of cases) {
    it(`${what} is refused`, async () => {
      const contender: Contender = {
        ...{ name: 'flawed', eviction: 'none', hasTtl: false, ...promise },
        open: async ({ entries }) => open(entries),
      };
      await assert.rejects(checkContract(contender, 'string24'), complaint);
    });
  }
});
