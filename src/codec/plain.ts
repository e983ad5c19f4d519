/**
 * Small plain data as JSON text, which V8 reads, and mostly writes, faster than its structured clone.
 *
 * Only where the outcome is the same: a tree of objects made by `{}` and arrays without holes or extra
 * properties, with Latin-1 strings, booleans, null and finite numbers other than -0. Everything else, and
 * everything too big to gain, is left to structured clone. Like that, this reads every property once, in
 * order, and ignores `toJSON`; a getter runs again only where the walk gave up after it.
 */
import { types } from 'node:util';
import { isWide } from './text.js';

/** Above these there is little to gain, and much to lose when the walk ends in vain. */
const MOST_NODES = 16;
const MOST_MEMBERS = 32;
const LONGEST_TEXT = 1024;
/** So many names of properties are remembered in each thread, and no longer ones. */
const MOST_NAMES = 1024;
const LONGEST_NAME = 64;

/** A code unit that JSON escapes, or that is not Latin-1. */
const needsCare = /["\\]|[^ -\u00ff]/;
const plainTag = '[object Object]';

/** How a property begins: its name in quotes, with what stands before and behind it. */
interface Opening {
  readonly first: string;
  readonly next: string;
}

/** Objects of one kind have the same names: of those met first it need not be found out again how they are written. */
const openings = new Map<string, Opening>();

/** The JSON text of a value that survives it unchanged, or `undefined`. May run getters of the value. */
export function plainText(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? textOfNode(value, []) : undefined;
}

function textOf(value: unknown, seen: object[]): string | undefined {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : textOfNode(value, seen);
    default:
      return undefined;
  }
}

/** `seen` has every node met so far: one met twice is shared or a cycle, and must stay the same object. */
function textOfNode(value: object, seen: object[]): string | undefined {
  if (seen.length >= MOST_NODES || seen.includes(value) || types.isProxy(value)) return undefined;
  seen.push(value);
  const text = Array.isArray(value) ? textOfArray(value, seen) : textOfObject(value, seen);
  return text !== undefined && text.length <= LONGEST_TEXT ? text : undefined;
}

function textOfArray(array: readonly unknown[], seen: object[]): string | undefined {
  const { length } = array;
  if (length > MOST_MEMBERS) return undefined;
  // Indices come first, in order: as many keys as elements, the last one right, and there is nothing else.
  const keys = Object.keys(array);
  if (keys.length !== length || (length > 0 && keys[length - 1] !== String(length - 1))) return undefined;
  let text = '';
  for (let index = 0; index < length; index++) {
    const element = textOf(array[index], seen);
    if (element === undefined) return undefined;
    text += index === 0 ? element : `,${element}`;
  }
  return `[${text}]`;
}

function textOfObject(object: object, seen: object[]): string | undefined {
  // Without properties it may be a Map or Set whose prototype was replaced.
  const keys = Object.keys(object);
  if (keys.length === 0 || keys.length > MOST_MEMBERS) return undefined;
  if (Object.getPrototypeOf(object) !== Object.prototype) return undefined;
  if (Object.prototype.toString.call(object) !== plainTag) return undefined;
  let text = '';
  for (const key of keys) {
    const opening = openingOf(key, text === '');
    if (opening === undefined) return undefined;
    const value = textOf((object as Record<string, unknown>)[key], seen);
    if (value === undefined) return undefined;
    text = text + opening + value;
  }
  return `${text}}`;
}

function openingOf(name: string, isFirst: boolean): string | undefined {
  const known = openings.get(name);
  if (known !== undefined) return isFirst ? known.first : known.next;
  const quoted = quote(name);
  if (quoted === undefined) return undefined;
  const mayStay = name.length <= LONGEST_NAME && openings.size < MOST_NAMES;
  if (mayStay) openings.set(name, { first: `{${quoted}:`, next: `,${quoted}:` });
  return isFirst ? `{${quoted}:` : `,${quoted}:`;
}

function quote(text: string): string | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  if (!needsCare.test(text)) return `"${text}"`;
  const quoted = JSON.stringify(text);
  return isWide(quoted) ? undefined : quoted;
}
