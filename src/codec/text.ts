/**
 * Strings in memory that is a Buffer: Latin-1 when every code unit fits a byte, else UTF-16 as it is, so that
 * lone surrogates and NUL survive. UTF-8 would lose the former and cost a count before each write.
 */

import { shortReaders } from '../generated/short-text.js';

/** Node's own accessors, without the argument checks of `write` and `toString`. */
interface NativeText {
  latin1Write(text: string, offset: number, length: number): number;
  latin1Slice(start: number, end: number): string;
  ucs2Write(text: string, offset: number, length: number): number;
  ucs2Slice(start: number, end: number): string;
}

type TextMemory = Buffer & NativeText;

/** Up to here a loop over the code units is faster than a call into Node. */
const SHORT = 16;
/** Up to here, a string that turns out not to be ASCII has not cost much. */
const SHORT_FOR_ENCODER = 256;

const encoder = new TextEncoder();

/** From so many characters on V8 makes a part of a string a view of the whole (SlicedString::kMinLength). */
const SHORTEST_VIEW = 13;

/** On a string that V8 stores with one byte per unit this takes the same time whatever the length. */
const wideUnit = /[\u0100-\uffff]/;

/** Whether a string has a code unit above 0xff and so needs UTF-16. */
export function isWide(text: string): boolean {
  return wideUnit.test(text);
}

/** The same string for keeping: what was cut out of a text, or put together, would keep all of that alive. */
export function ownText(text: string): string {
  if (text.length < SHORTEST_VIEW) return text;
  const encoding = isWide(text) ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}

/**
 * Writes a string to the start of `memory` if it is ASCII, and tells whether it was; after `false` the bytes mean nothing.
 * Strings whose length makes another way the faster one are not even tried.
 */
export function tryWriteAscii(memory: Buffer, text: string): boolean {
  const { length } = text;
  if (length <= SHORT || length > SHORT_FOR_ENCODER) return false;
  // one byte for each code unit: only of ASCII
  const { read, written } = encoder.encodeInto(text, memory);
  return written === length && read === length;
}

/**
 * Writes a string that may be wide as Latin-1 and tells whether that worked; after `false` the bytes written
 * mean nothing and the string has to be written with {@link writeUtf16}.
 */
export function tryWriteLatin1(memory: Buffer, offset: number, text: string): boolean {
  if (text.length > SHORT && isWide(text)) return false;
  return writeLatin1(memory, offset, text) <= 0xff;
}

/** Writes a string as one byte per code unit; the result is above 0xff when a short one did not fit that. */
export function writeLatin1(memory: Buffer, offset: number, text: string): number {
  const { length } = text;
  if (length > SHORT) {
    (memory as TextMemory).latin1Write(text, offset, length);
    return 0;
  }
  let seen = 0;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    memory[offset + index] = unit;
    seen |= unit;
  }
  return seen;
}

/** Writes a string as UTF-16, two bytes per code unit; the offset needs no alignment. */
export function writeUtf16(memory: Buffer, offset: number, text: string): void {
  (memory as TextMemory).ucs2Write(text, offset, text.length * 2);
}

/** Reads `length` bytes of Latin-1 into a string of its own. */
export function readLatin1(memory: Buffer, start: number, length: number): string {
  const readShort = shortReaders[length];
  if (readShort !== undefined) return readShort(memory, start);
  return (memory as TextMemory).latin1Slice(start, start + length);
}

/** Reads `length` bytes of UTF-16 into a string of its own. */
export function readUtf16(memory: Buffer, start: number, length: number): string {
  return (memory as TextMemory).ucs2Slice(start, start + length);
}

/** The bigint whose `toString(16)` a text is. */
export function parseHex(digits: string): bigint {
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
}
