// Memoised rendering in a Piscina pool: whatever worker has rendered a page, all have it.
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { memoize, ThreadSafeCache } from 'heddle';
import { Piscina } from 'piscina';

interface Page {
  readonly path: string;
  readonly theme: 'light' | 'dark';
}

async function renderPage({ path, theme }: Page): Promise<string> {
  return `<html class="${theme}">${path}</html>`;
}

/** What the pool runs: in each worker the same function over the same cache. */
let render: ((page: Page) => Promise<string>) | undefined;
export default function run(page: Page): Promise<string> {
  render ??= memoize(renderPage, ThreadSafeCache.open<string, string>('pages'), { ttl: 60 });
  return render(page);
}

if (isMainThread) {
  // before the pool is started: its workers find the cache by its name
  using pages = new ThreadSafeCache<string, string>({ name: 'pages', maxSize: 1000 });
  const pool = new Piscina({ filename: fileURLToPath(import.meta.url), minThreads: 2, maxThreads: 2 });
  const requests = Array.from({ length: 100 }, (_, index) => ({ path: `/${index % 5}`, theme: 'dark' }));
  const rendered = await Promise.all(requests.map((page): Promise<string> => pool.run(page)));
  console.log(rendered.at(-1)); // <html class="dark">/4</html>
  console.log(rendered.length, pages.getStats().loads); // 100 5
  await pool.destroy();
}
