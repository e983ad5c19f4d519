import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ThreadSafeCache } from '../index.js';
import { toWire, type WireStats } from '../stats.js';
import { CommandError } from './command.js';

/** Where `heddle demo --serve` answers and `heddle monitor` asks, unless they are told another port. */
export const DEFAULT_PORT = 4333;

/** Only this machine's own programs reach it. */
const LOOPBACK = '127.0.0.1';

/** What is answered, as JSON: a cache, its process, and its statistics. */
export interface MonitorReport {
  readonly name: string;
  readonly pid: number;
  readonly uptime_seconds: number;
  readonly resident_bytes: number;
  readonly stats: WireStats;
}

/** A server that answers what a cache is doing. */
export interface StatsServer {
  readonly url: string;
  close(): void;
}

/**
 * Answers `GET /` over HTTP with a {@link MonitorReport}, on the loopback address only.
 *
 * @throws {@link CommandError} when the port is taken.
 */
export function serveStats(cache: ThreadSafeCache, port: number): Promise<StatsServer> {
  const server = createServer((request, response) => answer(cache, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const what = error.code === 'EADDRINUSE' ? 'it is taken' : error.message;
      reject(new CommandError(`Cannot serve on port ${port}: ${what}, another --port is required (0: any)`));
    });
    server.listen(port, LOOPBACK, () => {
      const { port: actual } = server.address() as AddressInfo;
      const close = () => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ url: `http://${LOOPBACK}:${actual}`, close });
    });
  });
}

function answer(cache: ThreadSafeCache, request: IncomingMessage, response: ServerResponse): void {
  const refusal = refusalOf(request);
  response.writeHead(refusal ?? 200, { 'content-type': 'application/json', connection: 'close' });
  response.end(refusal === undefined ? `${JSON.stringify(reportOn(cache))}\n` : '');
}

function reportOn(cache: ThreadSafeCache): MonitorReport {
  return {
    name: cache.name,
    pid: process.pid,
    uptime_seconds: process.uptime(),
    resident_bytes: process.memoryUsage.rss(),
    stats: toWire(cache.getStats()),
  };
}

/** The HTTP status of a request that gets no report. */
function refusalOf({ headers, url, method }: IncomingMessage): number | undefined {
  if (!isLocal(headers.host)) return 403;
  if (url !== '/') return 404;
  return method === 'GET' ? undefined : 405;
}

/** A web page elsewhere may point a name of its own at this machine; it cannot choose the Host header. */
function isLocal(host = ''): boolean {
  return /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}
