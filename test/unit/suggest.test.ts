import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest } from '../../src/suggest.js';

const known = ['maxSize', 'maxBytes', 'defaultTtl', 'shards'];

test('finds words at most two edits away, whatever the case', () => {
  for (const typo of ['maxsize', 'maxSiz', 'mxSize', 'maxSizes', 'MAXSIZE', 'maxSzie', 'macSizee']) {
    assert.equal(suggest(typo, known), 'maxSize', typo);
  }
  assert.equal(suggest('maxByte', known), 'maxBytes');
});

test('finds words that contain the typo', () => {
  assert.equal(suggest('ttl', known), 'defaultTtl');
  assert.equal(suggest('max', known), 'maxSize');
  assert.equal(suggest('bytes', known), 'maxBytes');
});

test('finds nothing where nothing is close', () => {
  for (const word of ['', 'ab', 'capacity', 'x'.repeat(65), 'x'.repeat(1e6)]) {
    assert.equal(suggest(word, known), undefined);
  }
  assert.equal(suggest('maxSize', []), undefined);
});
