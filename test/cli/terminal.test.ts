import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import {
  canRedraw,
  formatBar,
  formatBytes,
  formatCount,
  formatRows,
  formatShare,
  formatSpan,
  formatSparkline,
  hasColor,
  paintFor,
} from '../../src/cli/terminal.js';

const terminal = { isTTY: true };
const { NO_COLOR, TERM } = process.env;

function setEnvironment(noColor: string | undefined, term: string | undefined): void {
  for (const [name, value] of Object.entries({ NO_COLOR: noColor, TERM: term })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

describe('colours', () => {
  afterEach(() => setEnvironment(NO_COLOR, TERM));

  it('are for terminals', () => {
    setEnvironment(undefined, 'xterm');
    assert.equal(hasColor(terminal), true);
    assert.equal(paintFor(terminal)('bold', 'a'), '\x1b[1ma\x1b[22m');
    assert.equal(hasColor({}), false);
    assert.equal(hasColor({ isTTY: false }), false);
    assert.equal(paintFor({})('bold', 'a'), 'a');
  });

  it('are left out where NO_COLOR is set to anything', () => {
    setEnvironment('1', 'xterm');
    assert.equal(hasColor(terminal), false);
    assert.equal(paintFor(terminal)(['bold', 'cyan'], 'a'), 'a');
    assert.equal(canRedraw(terminal), true);
    setEnvironment('', 'xterm');
    assert.equal(hasColor(terminal), true);
  });

  it('are left out on a dumb terminal, which cannot redraw either', () => {
    setEnvironment(undefined, 'dumb');
    assert.equal(hasColor(terminal), false);
    assert.equal(canRedraw(terminal), false);
  });
});

describe('figures', () => {
  it('have their thousands apart', () => {
    assert.deepEqual([0, 999, 1000, 1_234_567.6].map(formatCount), ['0', '999', '1,000', '1,234,568']);
  });

  it('are shares in percent', () => {
    assert.equal(formatShare(0.66524), '66.5 %');
    assert.equal(formatShare(1, 0), '100 %');
  });

  it('are bytes in a unit of their size', () => {
    const bytes = [0, 1023, 1024, 1536, 2 ** 20, 2 ** 30, 2 ** 40, 2 ** 50];
    const shown = ['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '1.0 MiB', '1.0 GiB', '1.0 TiB', '1024.0 TiB'];
    assert.deepEqual(bytes.map(formatBytes), shown);
    assert.equal(formatBytes(-2048), '-2.0 KiB');
  });

  it('are time spans', () => {
    const spans = [0, 59.9, 60, 3599, 3600, 90_061].map(formatSpan);
    assert.deepEqual(spans, ['0 s', '59 s', '1 min 0 s', '59 min 59 s', '1 h 0 min', '25 h 1 min']);
  });

  it('stand in columns', () => {
    const rows = formatRows(
      [
        ['hits', '1,000', 'of many'],
        ['misses', '5'],
      ],
      (_, text) => text,
    );
    assert.equal(rows, '  hits    1,000   of many\n  misses      5');
  });

  it('are bars of a fixed width, whatever the share', () => {
    assert.equal(formatBar(0, 4), '····');
    assert.equal(formatBar(0.5, 4), '██··');
    assert.equal(formatBar(1 / 32, 4), '▏···');
    assert.equal(formatBar(1, 4), '████');
    assert.equal(formatBar(7, 4), '████');
    assert.equal(formatBar(-1, 4), '····');
  });

  it('are a row of columns', () => {
    assert.equal(formatSparkline([0, 0.12, 0.13, 0.5, 0.99, 1]), '▁▁▂▅██');
    assert.equal(formatSparkline([]), '');
  });
});
