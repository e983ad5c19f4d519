import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { root } from '../support/child.js';
import { entry, heddle } from './support.js';

const commands = ['demo', 'repl', 'replay', 'monitor', 'bench'];

describe('heddle', () => {
  it('prints its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const flag of ['--version', '-v']) {
      assert.deepEqual(heddle([flag]), { status: 0, stdout: `${version}\n`, stderr: '' });
    }
  });

  it('lists its commands', () => {
    for (const args of [['--help'], ['-h'], ['help']]) {
      const { status, stdout } = heddle(args);
      assert.equal(status, 0);
      for (const command of commands) assert.match(stdout, new RegExp(`^ {2}${command} +\\S`, 'm'));
    }
  });

  for (const command of commands) {
    it(`explains ${command}`, () => {
      const { status, stdout, stderr } = heddle([command, '--help']);
      assert.equal(status, 0);
      assert.match(stdout, new RegExp(`^Usage: heddle ${command} `));
      assert.equal(stderr, '');
      assert.equal(heddle(['help', command]).stdout, stdout);
    });
  }

  it('refuses what is no command, with its usage', () => {
    const unknown = heddle(['dmeo']);
    assert.equal(unknown.status, 2);
    assert.equal(unknown.stdout, '');
    assert.match(
      unknown.stderr,
      /^heddle: 'dmeo' is not a command, did you mean demo\?\n\nUsage: heddle <command>/,
    );
    assert.equal(heddle(['help', 'nothing']).status, 2);
    const none = heddle([]);
    assert.equal(none.status, 2);
    assert.match(none.stderr, /^heddle: a command is required\n\nUsage: /);
  });

  it('refuses options it does not have, and arguments too many', () => {
    const typo = heddle(['replay', 'x', '--max-szie', '3']);
    assert.equal(typo.status, 2);
    assert.equal(
      typo.stderr,
      'heddle: --max-szie is not an option, did you mean --max-size?\nSee heddle replay --help.\n',
    );
    assert.match(heddle(['repl', '--frob']).stderr, /^heddle: --frob is not an option\n/);
    assert.match(heddle(['demo', 'now']).stderr, /^heddle: 'now' is one argument too many\n/);
    assert.match(heddle(['replay', 'x', '--max-size']).stderr, /^heddle: .*--max-size.* argument missing\n/);
    assert.match(heddle(['demo', '--port', '1']).stderr, /^heddle: --port goes with --serve\n/);
  });

  it('takes numbers in their range only', () => {
    const cases = [
      ['replay', 'x', '--max-size', '0'],
      ['replay', 'x', '--max-size', '1e3'],
      ['replay', 'x', '--max-size', '67108865'],
      ['replay', 'x', '--max-size', '5', '--threads', '0'],
      ['demo', '--threads', 'two'],
      ['monitor', '--port', '65536'],
      ['monitor', '--interval', '0'],
      ['repl', '--ttl', '-1'],
    ];
    for (const args of cases) {
      const { status, stderr } = heddle(args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, /^heddle: .*(from \S+ to \S+ is required|ambiguous)/s, args.join(' '));
    }
  });

  it('says so when what it prints cannot be written', { skip: !existsSync('/dev/full') }, (test) => {
    const full = openSync('/dev/full', 'w');
    test.after(() => closeSync(full));
    const { status, stderr } = spawnSync(process.execPath, [entry, '--help'], {
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    assert.equal(status, 1);
    assert.match(stderr, /^heddle: Cannot write the output: ENOSPC.*\n$/);
  });
});
