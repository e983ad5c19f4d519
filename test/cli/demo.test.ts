import assert from 'node:assert/strict';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { seededRandom, zipfNumbers } from '../../src/cli/zipf.js';
import { root } from '../support/child.js';
import { heddle, temporaryFolder, writeTo } from './support.js';

const folder = temporaryFolder();
const requests = 30_000;
const draw = zipfNumbers(5000, 0.9, seededRandom(4));
const trace = writeTo(
  folder,
  'small.txt',
  Array.from({ length: requests }, () => `item:${draw()}`).join('\n'),
);

describe('heddle demo', () => {
  const { status, stdout, stderr } = heddle(['demo', '--trace', trace, '--threads', '2']);

  it('ends well, and writes no colours where there is no terminal', () => {
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert(!stdout.includes('\x1b'));
  });

  it('walks through the operations', () => {
    assert.match(stdout, /cache\.put\('user:1', \{ name: 'Ada', born: 1815 \}\)/);
    assert.match(stdout, /cache\.get\('user:1'\) +→ \{ name: 'Ada', born: 1815 \}/);
    assert.match(stdout, /cache\.delete\('user:1'\) +→ true/);
    assert.match(stdout, /cache\.has\('user:1'\) +→ false/);
  });

  it('shows that user:2 goes, because user:1 was just read', () => {
    const eviction = stdout.slice(
      stdout.indexOf('least recently used entry'),
      stdout.indexOf('Entries expire'),
    );
    assert.match(
      eviction,
      /get\('user:1'\) +→ 'Ada'.*\n.*put\('user:4', 'Radia'\).*\n.*get\('user:2'\) +→ undefined/,
    );
    assert.match(eviction, /get\('user:1'\) +→ 'Ada'\n.*cache\.size +→ 3/);
  });

  it('shows that entries expire, and that nobody has to ask', () => {
    const expiry = stdout.slice(
      stdout.indexOf('Entries expire'),
      stdout.indexOf('Statistics, of all threads'),
    );
    assert.match(
      expiry,
      /get\('session:abc'\) +→ 'active'[\s\S]*cache\.size +→ 0[\s\S]*get\('session:abc'\) +→ undefined/,
    );
  });

  it('shows the statistics', () => {
    assert.match(stdout, /hit rate +60\.00 % +3 of 5 requests/);
    assert.match(stdout, /evictions +1 /);
    assert.match(stdout, /expiries +1 /);
  });

  it("shows a worker's value in this thread", () => {
    assert.match(
      stdout,
      /in a worker[\s\S]*cache\.put\('user:5', \{ name: 'Hedy' \}\)\n[\s\S]*in this thread/,
    );
    assert.match(stdout, /cache\.get\('user:5'\) +→ \{ name: 'Hedy' \}/);
  });

  it('compares one shared cache with private ones', () => {
    assert.match(stdout, /2 worker threads answer the 30,000 requests of small\.txt, dealt to them in turn/);
    assert.match(stdout, /one heddle +2 × lru-cache\n/);
    for (const row of ['hit rate', 'misses', 'requests per second', 'memory in use', ' +resident at work']) {
      assert.match(stdout, new RegExp(`^ +${row} {2,}-?\\d.* {2,}-?\\d`, 'm'));
    }
    assert.match(stdout, /Shared, the same room saves [\d,]+ of [\d,]+ trips to the database/);
  });
});

describe('heddle demo --json', () => {
  it('prints the comparison alone, for programs', () => {
    const args = ['demo', '--json', '--trace', trace, '--threads', '4', '--max-size', '402'];
    const { status, stdout, stderr } = heddle(args);
    assert.equal(status, 0, stderr);
    const result = JSON.parse(stdout);
    assert.equal(result.trace, 'small.txt');
    assert.equal(result.requests, requests);
    assert.equal(result.threads, 4);
    assert.equal(result.max_size, 400, 'the same room for every worker');
    assert.equal(result.shared.cache, 'heddle');
    assert.equal(result.shared.max_size_each, 400);
    assert.equal(result.private.cache, 'lru-cache');
    assert.equal(result.private.max_size_each, 100);
    for (const side of [result.shared, result.private]) {
      assert.equal(side.hits + side.misses, requests);
      assert.equal(side.hit_rate, side.hits / requests);
      assert(side.seconds > 0 && side.requests_per_second > 0);
      assert.equal(typeof side.live_bytes, 'number');
      assert.equal(typeof side.resident_bytes, 'number');
    }
    assert(result.shared.hits > result.private.hits);
  });

  it('puts heddle in the place of lru-cache where that is not installed', () => {
    const installed = join(folder, 'elsewhere');
    mkdirSync(installed);
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    const args = ['demo', '--json', '--trace', trace, '--threads', '2', '--max-size', '200'];
    const { status, stdout, stderr } = heddle(args, '', join(installed, 'dist', 'cli', 'main.js'));
    assert.equal(status, 0, stderr);
    const result = JSON.parse(stdout);
    assert.equal(result.private.cache, 'heddle');
    assert(result.private.hits > 0);
    assert(result.shared.hits > result.private.hits);
  });

  it('refuses a bad file', () => {
    const { status, stderr } = heddle(['demo', '--json', '--trace', join(folder, 'nothing')]);
    assert.equal(status, 1);
    assert.match(stderr, /^heddle: Cannot read the trace '.*nothing': there is no such file\n$/);
  });

  it('refuses a file that is not there before it begins', () => {
    const { status, stdout } = heddle(['demo', '--trace', join(folder, 'nothing')]);
    assert.deepEqual({ status, stdout }, { status: 1, stdout: '' });
  });
});
