/** What is asked for: the keys, the values, and how often each key is drawn. The same for every contender. */
import { seededRandom, zipfNumbers } from '../../src/cli/zipf.js';

/** How often keys are asked for: by Zipf's law with 0.99, or all alike. */
export type Distribution = 'zipf' | 'uniform';

/** The kinds of values that are stored. */
export type ValueKind = 'string24' | 'string100' | 'string200' | 'object300' | 'bytes1k';

const ZIPF_SKEW = 0.99;
/** A prime that no number of entries here is a multiple of: keys asked for often must not stand side by side. */
const SPREAD = 1_000_003;
const DIGITS = 9;
const ZERO = 48;

/** Numbers from here on stand for keys that are never stored. */
export const ABSENT = 500_000_000;
/** Numbers from here on stand for keys that are stored later, each once. */
export const NEW = 600_000_000;

/** Makes the key of a number: a new string at each call, as from a connection, that nobody has hashed yet. */
export function keyMaker(length: number): (id: number) => string {
  const prefix = 'k'.padStart(length - DIGITS, 'tenant:eu-1/session/profile/');
  const bytes = Buffer.from(prefix + '0'.repeat(DIGITS), 'latin1');
  return (id) => {
    for (let at = length - 1, rest = id; at >= length - DIGITS; at--) {
      bytes[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return bytes.toString('latin1', 0, length);
  };
}

/** Numbers of keys below `entries`, in the order in which they are asked for; in shared memory, for all threads. */
export function draws(
  entries: number,
  distribution: Distribution,
  count: number,
  seed = 1,
): Uint32Array<SharedArrayBuffer> {
  const random = seededRandom(seed);
  const draw =
    distribution === 'zipf' ? zipfNumbers(entries, ZIPF_SKEW, random) : () => Math.floor(random() * entries);
  const ids = new Uint32Array(new SharedArrayBuffer(count * 4));
  for (let i = 0; i < count; i++) ids[i] = (draw() * SPREAD) % entries;
  return ids;
}

const lengths = { string24: 24, string100: 100, string200: 200 } as const;

/** Makes the value of a number, a new one at each call. */
export function valueMaker(kind: ValueKind): (id: number) => unknown {
  if (kind === 'object300') return profile;
  if (kind === 'bytes1k') return (id) => new Uint8Array(1024).fill(id & 255);
  return keyMaker(lengths[kind]);
}

/** Bytes that a value takes at most, for budgets. */
export const valueBytes: Record<ValueKind, number> = { ...lengths, object300: 400, bytes1k: 1024 };

/** A plain object of about 300 bytes as JSON. */
function profile(id: number): unknown {
  return {
    id,
    name: `Ada Lovelace ${id}`,
    email: `ada.${id}@example.org`,
    roles: ['reader', 'writer', 'admin'],
    address: { street: '12 St James Square', city: 'London', postcode: 'SW1Y 4JH' },
    limits: { requestsPerMinute: 600, uploadBytes: 10_485_760, seats: 25 },
    active: true,
    score: id / 8,
    tags: ['alpha', 'beta', 'gamma'],
  };
}
