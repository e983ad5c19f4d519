/** One simulated thread's way into the engine: actions become calls, as src/store.ts makes them. */
import { Buffer } from 'node:buffer';
import { REPORT, Status, VALUE_SCRATCH } from '../../../src/memory/engine.js';
import { call, readBytes, type Step, type World, when, writeBytes } from '../explore/index.js';
import {
  type Action,
  type Change,
  label,
  type Near,
  numberIn,
  type Put,
  type Read,
  type Reserve,
} from './actions.js';
import { type Operation, ownerOf, type Shared } from './operation.js';

/** What a thread keeps of a value that it has decoded. */
interface Decoded {
  readonly record: number;
  readonly version: number;
  readonly deadline: number;
  readonly value: string;
}

/** The owner of an entry that is held for a reader, instead of the number of a slot. */
const READER = 0;
/** The version of what is not there. */
const ABSENT = 0;
/** Answers of the near tier that the host never sees by another name. */
const LEFTOVER = -19;
/** µs by which time goes on while a writer waits for a reader. */
const PATIENCE = 60_000;
/** Tries after which a reader of a large value asks writers to wait. */
const READER_TRIES = 1;
const HOLD = 50_000;
const CLEANER_STEPS = 64;
const KIND = 1;
/** More than any patience, as 32 bits. */
const IN_VAIN = [0xff, 0xff, 0xff, 0x7f];
const OWNER_MASK = 1023;

/** Which argument of a call is the time, where it is not the second one. */
const NOW_AT: Readonly<Record<string, number>> = { put: 2, putIf: 2, take: 2, add: 3, reserve: 2, hold: 0 };

const NAMES = new Map<number, string>([
  ...Object.entries(Status).map(([name, code]) => [code, name] as const),
  [LEFTOVER, 'MISS'],
]);

/** Plays the actions of one thread. */
export class Seat {
  readonly #shared: Shared;
  readonly #world: World;
  readonly #index: number;
  readonly #slot: number;
  readonly #decoded: Map<string, Decoded>;
  #calls = 0;

  constructor(shared: Shared, index: number, decoded: ReadonlyMap<string, Decoded>) {
    this.#shared = shared;
    this.#world = shared.world;
    this.#index = index;
    this.#slot = this.#world.query('slotAddress', index) >>> 0;
    this.#decoded = new Map(decoded);
  }

  /** What the thread has decoded so far. */
  get decoded(): ReadonlyMap<string, Decoded> {
    return this.#decoded;
  }

  /** Plays actions, one after the other, and notes how they ended. */
  *play(actions: readonly Action[]): Step<void> {
    for (const action of actions) {
      const operation: Operation = {
        thread: this.#index,
        action,
        firstCall: this.#calls,
        nextCall: Number.POSITIVE_INFINITY,
        result: undefined,
        decoded: action.kind === 'near' ? this.#decoded.get(action.key)?.value : undefined,
      };
      this.#shared.operations.push(operation);
      operation.result = yield* this.#act(action);
      operation.nextCall = this.#calls;
    }
  }

  #act(action: Action): Step<string> {
    switch (action.kind) {
      case 'put':
        return this.#put(action);
      case 'get':
      case 'peek':
        return this.#read(action);
      case 'has':
        return this.#until('has', this.#key(action.key), action.now);
      case 'delete':
        return this.#until('deleteKey', this.#key(action.key), action.now);
      case 'near':
        return this.#near(action);
      case 'clear':
        return this.#until('clear', action.now);
      case 'size':
        return this.#size();
      case 'clean':
        return this.#until('clean', action.shard, action.now, CLEANER_STEPS, this.#flags);
      case 'reserve':
        return this.#reserve(action);
      case 'putIfAbsent':
        return this.#putIf(action, ABSENT);
      case 'swap':
        return this.#swap(action);
      case 'add':
        return this.#add(action);
      case 'take':
        return this.#take(action);
      case 'touch':
        return this.#until('touch', this.#key(action.key), action.now, action.ttl);
      case 'reap':
        return this.#reap(action.thread);
      case 'lose':
        throw new Error('Cannot act: nobody loses entries on purpose');
    }
  }

  *#put({ key, value, now, ttl, urgent }: Put): Step<string> {
    const large = value.length > VALUE_SCRATCH;
    yield* this.#begin();
    if (urgent === true) this.#world.write(this.#place('slotRoomMade'), IN_VAIN);
    const keySized = this.#key(key);
    const valueSized = sized(value.length);
    if (large) {
      const result = yield* this.#until('reserve', keySized, valueSized, now, this.#flags);
      if (result !== 'OK') return result;
      yield* writeBytes(this.#world.bytes, this.#valueInHand(key), Buffer.from(value, 'latin1'));
    } else {
      this.#write('slotValue', value);
    }
    return yield* this.#until('put', keySized, valueSized, now, ttl, this.#flags);
  }

  *#putIf({ key, value, now, ttl }: Change, version: number): Step<string> {
    yield* this.#begin();
    const keySized = this.#key(key);
    this.#write('slotValue', value);
    return yield* this.#until('putIf', keySized, sized(value.length), now, ttl, this.#flags, version);
  }

  /** The value of a key with its version, without any effect; a short one. */
  *#look(key: string, now: number): Step<{ readonly found: string; readonly version: number }> {
    const status = yield* this.#patiently('peek', this.#key(key), now);
    if (status < 0) return { found: nameOf(status), version: ABSENT };
    return { found: label(this.#text(this.#place('slotValue'), status >>> 3)), version: this.#version };
  }

  *#swap(change: Change): Step<string> {
    for (;;) {
      const { found, version } = yield* this.#look(change.key, change.now);
      const result = yield* this.#putIf(change, version);
      if (result !== 'CONFLICT') return result === 'OK' ? found : result;
    }
  }

  *#take({ key, now }: { readonly key: string; readonly now: number }): Step<string> {
    for (;;) {
      const { found, version } = yield* this.#look(key, now);
      const result = yield* this.#until('take', this.#key(key), version, now);
      if (result !== 'CONFLICT') return result === 'OK' ? found : result;
    }
  }

  *#add({ key, value, now, ttl }: Change): Step<string> {
    const result = yield* this.#until('add', this.#key(key), sized(8), numberIn(value), now, ttl);
    return result === 'OK' ? label(this.#text(this.#place('slotValue'), 8)) : result;
  }

  *#reserve({ key, value, now }: Reserve): Step<string> {
    yield* this.#begin();
    return yield* this.#until('reserve', this.#key(key), sized(value.length), now, this.#flags);
  }

  /** What an operation that was cut off has left behind is given back before the next one that takes blocks. */
  *#begin(): Step<void> {
    const isClean = this.#field('slotHand') === 0 && this.#field('slotRoomMade') === 0;
    if (!isClean) yield* this.#until('emptyHands');
  }

  *#read({ kind, key, now, holds }: Read): Step<string> {
    const keySized = this.#key(key);
    for (let tries = 1; ; tries++) {
      const status = yield* this.#patiently(kind, keySized, now);
      if (status === Status.LARGE) {
        const value = yield* this.#copyOut(kind, now, holds === true || tries > READER_TRIES);
        if (value !== undefined) return label(value);
        continue;
      }
      if (status < 0) return nameOf(status);
      const value = this.#text(this.#slot + this.#world.global('slotValue'), status >>> 3);
      if (kind === 'get') this.#remember(key, value);
      return label(value);
    }
  }

  /** A large value, or nothing when it has changed meanwhile. */
  *#copyOut(kind: 'get' | 'peek', now: number, holds: boolean): Step<string | undefined> {
    if (holds) {
      const held = yield* this.#patiently('hold', now, now + HOLD);
      if (held !== Status.OK) return undefined;
    }
    const length = this.#field('slotEntryValue') >>> 3;
    const copy = yield* readBytes(this.#world.bytes, this.#field('slotEntryValueAt'), length);
    const confirmed = yield* this.#patiently('confirm', kind === 'get' ? 1 : 0, now);
    if (holds) yield* this.#patiently('endHold');
    return confirmed === Status.OK ? Buffer.from(copy).toString('latin1') : undefined;
  }

  *#near({ key, now }: Near): Step<string> {
    const decoded = this.#decoded.get(key);
    if (decoded === undefined) return 'MISS';
    if (decoded.deadline !== 0 && decoded.deadline <= now) return 'EXPIRED';
    return yield* this.#until('nearHit', decoded.record, decoded.version, decoded.deadline);
  }

  *#size(): Step<string> {
    const result = yield* this.#call('size');
    return String(result);
  }

  *#reap(dead: number): Step<string> {
    if (!(yield* when(() => this.#shared.dead.has(dead)))) return 'OK';
    return yield* this.#until('reapSlot', dead, ...ownerOf(dead), ...ownerOf(this.#index));
  }

  /** Calls until the answer is neither BUSY nor REMOVED; its name. */
  *#until(name: string, ...args: number[]): Step<string> {
    return nameOf(yield* this.#patiently(name, ...args));
  }

  *#patiently(name: string, ...args: number[]): Step<number> {
    let given = args;
    for (;;) {
      const result = yield* this.#call(name, ...given);
      if (result === Status.REMOVED) continue;
      if (result !== Status.BUSY) return result;
      if (this.#field('slotBusyOwner') === READER) given = later(name, given);
      else yield* this.#wait(this.#field('slotBusyAt'), this.#field('slotBusyOwner'));
    }
  }

  /** Waits while somebody has a lock or claim; takes from the dead what they have, and a claim that does not end. */
  *#wait(at: number, owner: number): Step<void> {
    if (this.#shared.dead.has(owner - 1)) {
      yield* this.#reap(owner - 1);
      return;
    }
    const { world } = this.#shared;
    const isClaim = world.query('isClaim', at) !== 0;
    const word = isClaim ? at : at + world.global('LOCK_OFFSET');
    const isOver = (): boolean => (world.view.getUint32(word, true) & OWNER_MASK) !== owner;
    const over = this.#shared.impatient && isClaim ? false : yield* when(isOver);
    if (!over && isClaim) yield* this.#call('liftClaim', at, owner);
  }

  *#call(name: string, ...args: number[]): Step<number> {
    this.#calls++;
    const result = yield* call(name, ...args);
    const held = this.#world.query('size');
    if (held > this.#shared.maxSize) throw new Error(`${held} entries after ${name}`);
    return result;
  }

  get #flags(): number {
    return this.#shared.reporting ? REPORT : 0;
  }

  #remember(key: string, value: string): void {
    const entry = { record: this.#field('slotEntry'), version: this.#version };
    const deadline = Number(this.#world.view.getBigUint64(this.#place('slotEntryDeadline'), true));
    this.#decoded.set(key, { ...entry, deadline, value: label(value) });
  }

  get #version(): number {
    return Number(this.#world.view.getBigUint64(this.#place('slotEntryVersion'), true));
  }

  #key(key: string): number {
    this.#write('slotKey', key);
    return sized(key.length);
  }

  #valueInHand(key: string): number {
    return this.#field('slotHand') + this.#world.global('blockPayload') + key.length;
  }

  #write(place: string, text: string): void {
    this.#world.write(this.#place(place), Buffer.from(text, 'latin1'));
  }

  #field(name: string): number {
    return this.#world.view.getUint32(this.#place(name), true);
  }

  #place(name: string): number {
    return this.#slot + this.#world.global(name);
  }

  #text(address: number, length: number): string {
    return Buffer.from(this.#world.bytes.slice(address, address + length)).toString('latin1');
  }
}

function sized(length: number): number {
  return (length << 3) | KIND;
}

function nameOf(status: number): string {
  return status >= 0 ? 'OK' : (NAMES.get(status) ?? `status ${status}`);
}

/** The same call when time has gone on. */
function later(name: string, args: readonly number[]): number[] {
  const position = NOW_AT[name] ?? 1;
  return args.map((arg, index) => (index === position ? arg + PATIENCE : arg));
}
