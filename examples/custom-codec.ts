// Values through a codec of your own: here JSON, compressed, for pages that are large and alike.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ThreadSafeCache, type ValueCodec } from 'heddle';

interface Page {
  title: string;
  rows: string[];
}

const codec: ValueCodec = {
  encode: (value) => deflateRawSync(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(inflateRawSync(bytes).toString()),
};

const page: Page = { title: 'Prices', rows: Array.from({ length: 500 }, (_, i) => `item ${i}: 9.99 EUR`) };

function bytesFor(cache: ThreadSafeCache<string, Page>): number {
  const before = cache.getStats().bytesUsed;
  cache.put('prices', page);
  return cache.getStats().bytesUsed - before;
}

const plain = bytesFor(new ThreadSafeCache<string, Page>({ maxSize: 100 }));
const cache = new ThreadSafeCache<string, Page>({ maxSize: 100, codec });
console.log('smaller:', bytesFor(cache) < plain / 2); // true
console.log(cache.get('prices')?.rows.at(-1)); // item 499: 9.99 EUR
// every other thread brings the codec along: ThreadSafeCache.open(name, { codec })
