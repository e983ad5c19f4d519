import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CommandError } from '../../src/cli/command.js';
import { distinctKeys, loadTrace, parseTrace, type Trace } from '../../src/cli/trace.js';
import { seededRandom, zipfNumbers, zipfTrace } from '../../src/cli/zipf.js';
import { temporaryFolder, writeTo } from './support.js';

const folder = temporaryFolder();

function keysOf({ requests, text, starts }: Trace): string[] {
  const bytes = Buffer.from(text.buffer);
  return Array.from({ length: requests }, (_, i) => bytes.toString('latin1', starts[i], starts[i + 1]));
}

function parsed(text: string, isSized = false): Trace {
  const trace = parseTrace(Buffer.from(text, 'latin1'), isSized);
  assert(typeof trace !== 'string', String(trace));
  return trace;
}

function refusal(file: string): string {
  try {
    loadTrace(file);
  } catch (error) {
    assert(error instanceof CommandError);
    assert.equal(error.exitCode, 1);
    return error.message;
  }
  return assert.fail('was read');
}

describe('a trace', () => {
  it('is one key per line', () => {
    assert.deepEqual(keysOf(parsed('a\nbc\na\n')), ['a', 'bc', 'a']);
    assert.deepEqual(keysOf(parsed('a\nbc')), ['a', 'bc'], 'without a last line break');
    assert.deepEqual(keysOf(parsed('a\r\nb c\r\n')), ['a', 'b c'], 'with line breaks of Windows');
    assert.deepEqual(keysOf(parsed('\n\na\n\nb\n\n')), ['a', 'b'], 'with blank lines');
    assert.deepEqual(keysOf(parsed('\xe9\n\xff')), ['\xe9', '\xff'], 'byte by byte');
    assert.deepEqual(keysOf(parsed('')), []);
  });

  it('has sizes where its name says so', () => {
    const trace = parsed('0 68\n12\t4294967295\nx  0\n', true);
    assert.deepEqual(keysOf(trace), ['0', '12', 'x']);
    assert.deepEqual([...(trace.sizes ?? [])].slice(0, 3), [68, 4_294_967_295, 0]);
    assert.equal(parsed('0 68').sizes, undefined);
    const file = writeTo(folder, 'a.sized.txt.gz', gzipSync('7 9\n'));
    assert.deepEqual(loadTrace(file).sizes?.[0], 9);
  });

  it('is refused with the number of the line that has no size', () => {
    for (const line of ['b', 'b ', 'b x', 'b -1', 'b 1.5', 'b 1 2', ' 1', 'b 4294967296']) {
      const answer = parseTrace(Buffer.from(`a 1\n\n${line}\n`), true);
      assert.equal(answer, 'line 3 is not a key and a size in bytes', line);
    }
  });

  it('may be compressed, whatever its name', () => {
    assert.deepEqual(keysOf(loadTrace(writeTo(folder, 'plain', 'a\nb\n'))), ['a', 'b']);
    assert.deepEqual(keysOf(loadTrace(writeTo(folder, 'packed', gzipSync('a\nb\n')))), ['a', 'b']);
  });

  it('counts its keys', () => {
    assert.equal(distinctKeys(parsed('a\nb\na\n')), 2);
  });
});

describe('what is no trace', () => {
  it('is said to be missing, a folder, empty or binary', () => {
    assert.equal(refusal('/nowhere/a'), "Cannot read the trace '/nowhere/a': there is no such file");
    assert.match(refusal(folder), /: it is a folder, a file is required$/);
    assert.match(refusal(writeTo(folder, 'empty', '\n')), /: it is empty, one key per line is required$/);
    assert.match(refusal(writeTo(folder, 'binary', Buffer.alloc(10))), /: it is binary, text .* is required/);
    assert.match(
      refusal(writeTo(folder, 'a.sized.txt', 'a\n')),
      /: line 1 is not a key and a size in bytes$/,
    );
  });

  it('is said to be cut off or damaged', () => {
    const whole = gzipSync('a\n'.repeat(1000));
    const cut = writeTo(folder, 'cut.gz', whole.subarray(0, whole.length - 9));
    assert.match(refusal(cut), /: gzip cannot expand it: unexpected end of file$/);
    whole[10] = 0xff;
    assert.match(refusal(writeTo(folder, 'bad.gz', whole)), /: gzip cannot expand it: /);
  });
});

describe('made-up requests', () => {
  it('are the same each time', () => {
    const first = zipfTrace(1000, 100, 0.9);
    assert.deepEqual(keysOf(first), keysOf(zipfTrace(1000, 100, 0.9)));
    assert.equal(first.requests, 1000);
  });

  it('follow the law of Zipf', () => {
    const draw = zipfNumbers(4, 1, seededRandom(7));
    const counts = [0, 0, 0, 0];
    const draws = 100_000;
    for (let i = 0; i < draws; i++) {
      const drawn = draw();
      counts[drawn] = (counts[drawn] ?? 0) + 1;
    }
    const sum = 1 + 1 / 2 + 1 / 3 + 1 / 4;
    for (const [k, count] of counts.entries()) {
      const expected = 1 / (k + 1) / sum;
      assert(Math.abs((count ?? 0) / draws - expected) < 0.01, `${k}: ${count}`);
    }
  });
});
