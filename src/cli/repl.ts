import { once } from 'node:events';
import { REPL_MODE_STRICT, start, writer } from 'node:repl';
import { CacheError, ThreadSafeCache } from '../index.js';
import { type Command, packageVersion, parse, seconds, wholeNumber } from './command.js';
import { completeCache } from './repl-completion.js';
import { formatStats, isStats } from './stats-table.js';
import { hasColor, type Paint, paintFor } from './terminal.js';

const help = `Usage: heddle repl [options]

An interactive prompt, JavaScript's own, with a cache at hand as \`cache\` and the class as \`ThreadSafeCache\`. Tab
completes, .stats shows the statistics, .exit ends it. Reads a script when standard input is no terminal, and goes on with
the next line while one awaits something; an error in it makes the exit code 1.

Options:
  --max-size N    most entries of the cache (1000)
  --ttl S         seconds an entry lives when put without a TTL (for ever)
`;

const options = {
  'max-size': { type: 'string', default: '1000' },
  ttl: { type: 'string' },
} as const;

const MOST_ENTRIES = 2 ** 26;
const LONGEST_TTL = 3_155_760_000;

/** `heddle repl` */
export const repl: Command = {
  name: 'repl',
  summary: 'a prompt with a cache to play with',
  help,
  async run(args) {
    const { values } = parse(args, options);
    const maxSize = wholeNumber('--max-size', values['max-size'], 1, MOST_ENTRIES);
    const defaultTtl = values.ttl === undefined ? null : seconds('--ttl', values.ttl, 0.001, LONGEST_TTL);
    using cache = new ThreadSafeCache({ name: 'repl', maxSize, defaultTtl });
    await converse(cache);
  },
};

async function converse(cache: ThreadSafeCache): Promise<void> {
  const { stdin, stdout } = process;
  const isConversation = stdin.isTTY && stdout.isTTY;
  const paint = paintFor(stdout);
  if (isConversation) {
    console.log(
      `heddle ${packageVersion()}  ${paint('dim', 'cache is ready: try cache.put, cache.get, .stats, .help')}`,
    );
  }
  const server = start({
    prompt: isConversation ? 'heddle> ' : '',
    useColors: hasColor(stdout),
    useGlobal: true,
    terminal: isConversation,
    breakEvalOnSigint: isConversation,
    replMode: REPL_MODE_STRICT,
    writer: (value) => show(value, paint) ?? writer.call(server, value),
  });
  Object.assign(server.context, { cache, ThreadSafeCache });
  server.defineCommand('stats', {
    help: 'Show the statistics of the cache',
    action() {
      stdout.write(`${statsOf(cache, paint)}\n`);
      this.displayPrompt();
    },
  });
  completeCache(server, cache);
  await once(server, 'exit');
  // as Node.js's own prompt, whatever is still under way
  if (isConversation) process.exit();
  if (server.lastError !== undefined) process.exitCode = 1;
}

/** What `.stats` shows: the cache may have been shut down at the prompt, and an error would end that. */
function statsOf(cache: ThreadSafeCache, paint: Paint): string {
  try {
    return formatStats(cache.getStats(), paint);
  } catch (error) {
    return show(error, paint) ?? String(error);
  }
}

/** How the prompt shows what is heddle's own; undefined for anything else. */
function show(value: unknown, paint: Paint): string | undefined {
  if (isStats(value)) return formatStats(value, paint);
  return value instanceof CacheError ? `${value.name} [${value.code}]: ${value.message}` : undefined;
}
