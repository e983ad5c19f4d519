import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { MonitorView } from '../../src/cli/monitor-view.js';
import type { MonitorReport } from '../../src/cli/stats-server.js';
import { entry, heddle, startHeddle } from './support.js';

describe('heddle monitor', () => {
  const server = startHeddle(['demo', '--serve', '--port', '0', '--threads', '2', '--json']);
  let url = '';
  let port = '';

  before(async () => {
    ({ url } = JSON.parse(await server.printed(/\n/)));
    ({ port } = new URL(url));
  });

  after(() => server.child.kill('SIGKILL'));

  it('looks once, for programs', () => {
    const { status, stdout, stderr } = heddle(['monitor', '--once', '--json', '--port', port]);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    const report = JSON.parse(stdout);
    assert.equal(report.name, 'demo');
    assert.equal(report.pid, server.child.pid);
    assert(report.uptime_seconds > 0 && report.resident_bytes > 0);
    const { stats } = report;
    assert.equal(stats.max_size, 10_000);
    for (const name of [
      'hits',
      'misses',
      'hit_rate',
      'current_size',
      'evictions',
      'expired_removals',
      'bytes_used',
    ]) {
      assert.equal(typeof stats[name], 'number', name);
    }
  });

  it('looks once, for people', () => {
    const { status, stdout } = heddle(['monitor', '--once', '--port', port]);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`demo {2}process ${server.child.pid}, up .* {2}${url}`));
    assert.match(stdout, /size +[\d,]+ .* of 10,000\n/);
    assert.match(stdout, /hit rate +\d+\.\d %\n/);
    for (const label of ['requests', 'evictions', 'expiries'])
      assert.match(stdout, new RegExp(`${label} +[\\d,]+`));
    assert.match(stdout, /memory +\S+ .iB .* of \S+ MiB\n/);
    assert(!stdout.includes('\x1b'));
  });

  it('looks again and again, and ends when it is told to', async () => {
    const watcher = startHeddle(['monitor', '--json', '--interval', '0.1', '--port', port]);
    const text = await watcher.printed(/^(.*\n){4}/);
    watcher.child.kill('SIGINT');
    assert.equal(await watcher.ended, 0);
    const requests = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).stats.total_requests);
    assert.deepEqual(
      requests,
      [...requests].sort((a, b) => a - b),
    );
    assert(requests[0] < requests.at(-1), 'the demo keeps its cache busy');
  });

  it('gives nothing to requests that a web page elsewhere could make', async () => {
    assert.equal(await statusOf(url), 200);
    assert.equal(await statusOf(url, 'GET', 'evil.example:80'), 403);
    assert.equal(await statusOf(url, 'POST'), 405);
    assert.equal(await statusOf(`${url}/other`), 404);
  });

  it('says when the port of a demo is taken', () => {
    const { status, stderr } = heddle(['demo', '--serve', '--port', port]);
    assert.equal(status, 1);
    assert.match(stderr, /^heddle: Cannot serve on port \d+: it is taken, another --port is required/);
  });

  it('says when the process ends that it looks at', async () => {
    const watcher = startHeddle(['monitor', '--interval', '0.1', '--port', port]);
    await watcher.printed(/\d per second/);
    server.child.kill('SIGTERM');
    assert.equal(await server.ended, 0, 'the demo ends in good order');
    assert.equal(await watcher.ended, 1);
  });

  it('says when there is nothing to look at', () => {
    const { status, stdout, stderr } = heddle(['monitor', '--once', '--json', '--port', port]);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^heddle: Cannot monitor http:\S+: nothing answers there, a running heddle demo --serve is/,
    );
  });

  it('says when it is something else that answers', async () => {
    for (const body of ['hello', '{"stats":{}}', 'null']) {
      const other = createServer((_, response) => response.end(body)).listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port: its } = other.address() as AddressInfo;
      const monitor = promisify(execFile)(process.execPath, [entry, 'monitor', '--once', '--port', `${its}`]);
      await assert.rejects(monitor, { code: 1, stderr: /: something else answers there, / });
      other.close();
    }
  });
});

/** The status of a request with any Host, which fetch does not allow to set. */
async function statusOf(url: string, method = 'GET', host?: string): Promise<number | undefined> {
  const asked = request(url, { method, headers: host === undefined ? {} : { host } }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

describe('what the monitor draws', () => {
  const report = (requests: number, hits: number, pid = 7): MonitorReport => ({
    name: 'users',
    pid,
    uptime_seconds: 100,
    resident_bytes: 2 ** 26,
    stats: {
      hits,
      total_requests: requests,
      current_size: 5,
      max_size: 10,
      bytes_used: 2 ** 20,
      max_bytes: 2 ** 23,
    },
  });
  const plain = (_: unknown, text: string) => text;

  it('has rates from the second look on', () => {
    const view = new MonitorView('http://there', plain);
    assert.doesNotMatch(view.draw(report(100, 50), 10), /per second/);
    const second = view.draw(report(300, 250), 12);
    assert.match(second, /requests +300 +100 per second\n/);
    assert.match(second, /hit rate +83\.3 % +█\n/);
    assert.match(second, /size +5 +█+·+ of 10\n/);
    assert.match(second, /memory +1\.0 MiB +███·+ of 8\.0 MiB\n/);
  });

  it('starts again with another process', () => {
    const view = new MonitorView('http://there', plain);
    view.draw(report(100, 50), 10);
    view.draw(report(200, 50), 11);
    assert.doesNotMatch(view.draw(report(10, 5, 8), 12), /per second/);
  });

  it('keeps to its width, however long it looks', () => {
    const view = new MonitorView('http://there', plain);
    let picture = '';
    for (let i = 1; i <= 100; i++) picture = view.draw(report(i * 100, i * 50), i);
    assert(Math.max(...picture.split('\n').map((line) => line.length)) < 80);
  });

  it('has a hit rate of 0 before the first request', () => {
    assert.match(new MonitorView('http://there', plain).draw(report(0, 0), 1), /hit rate +0\.0 %\n/);
  });
});
