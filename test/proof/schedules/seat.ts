/** One simulated thread's way into the engine: actions become calls, as src/store.ts makes them. */
import { Buffer } from 'node:buffer';
import { REPORT, Status, VALUE_SCRATCH } from '../../../src/memory/engine.js';
import { readBytes, type Step, type World, writeBytes } from '../explore/index.js';
import {
  type Action,
  type Change,
  type Land,
  label,
  type Near,
  numberIn,
  type Put,
  type Read,
  type Reserve,
} from './actions.js';
import { Line, nameOf, sized } from './line.js';
import type { Operation, Shared } from './operation.js';
import { Pilot } from './pilot.js';
import { Walker } from './walker.js';

/** What a thread keeps of a value that it has decoded. */
interface Decoded {
  readonly record: number;
  readonly version: number;
  readonly deadline: number;
  readonly value: string;
}

/** The version of what is not there. */
const ABSENT = 0;
/** Tries after which a reader of a large value asks writers to wait. */
const READER_TRIES = 1;
const HOLD = 50_000;
/** More than any patience, as 32 bits. */
const IN_VAIN = [0xff, 0xff, 0xff, 0x7f];

/** Plays the actions of one thread. */
export class Seat {
  readonly #shared: Shared;
  readonly #world: World;
  readonly #line: Line;
  readonly #pilot: Pilot;
  readonly #walker: Walker;
  readonly #decoded: Map<string, Decoded>;

  constructor(shared: Shared, index: number, decoded: ReadonlyMap<string, Decoded>) {
    this.#shared = shared;
    this.#world = shared.world;
    this.#line = new Line(shared, index);
    this.#pilot = new Pilot(this.#line);
    this.#walker = new Walker(this.#line);
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
        thread: this.#line.index,
        action,
        firstCall: this.#line.calls,
        nextCall: Number.POSITIVE_INFINITY,
        result: undefined,
        decoded: action.kind === 'near' ? this.#decoded.get(action.key)?.value : undefined,
      };
      this.#shared.operations.push(operation);
      operation.result = yield* this.#act(action);
      operation.nextCall = this.#line.calls;
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
        return this.#line.until('has', this.#line.key(action.key), action.now);
      case 'ttl':
        return this.#line.until('ttl', this.#line.key(action.key), action.now);
      case 'delete':
        return this.#line.until('deleteKey', this.#line.key(action.key), action.now);
      case 'near':
        return this.#near(action);
      case 'clear':
        return this.#line.until('clear', action.now);
      case 'close':
        return this.#close();
      case 'size':
        return this.#size();
      case 'clean':
        return this.#line.until('clean', action.shard, action.now, action.steps, this.#flags);
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
        return this.#line.until('touch', this.#line.key(action.key), action.now, action.ttl);
      case 'reap':
        return this.#line.reap(action.thread);
      case 'claim':
        return this.#pilot.claim(action);
      case 'land':
        return this.#land(action);
      case 'end':
        return this.#pilot.end(action.key);
      case 'scan':
        return this.#walker.scan(action.now);
      case 'walk':
        return this.#walker.walk(action.now);
      case 'lose':
        throw new Error('Cannot act: nobody loses entries on purpose');
    }
  }

  *#put({ key, value, now, ttl, urgent }: Put): Step<string> {
    const large = value.length > VALUE_SCRATCH;
    yield* this.#begin();
    if (urgent === true) this.#world.write(this.#line.place('slotRoomMade'), IN_VAIN);
    const keySized = this.#line.key(key);
    const valueSized = sized(value.length);
    if (large) {
      const result = yield* this.#line.until('reserve', keySized, valueSized, now, this.#flags);
      if (result !== 'OK') return result;
      yield* writeBytes(this.#world.bytes, this.#valueInHand(key), Buffer.from(value, 'latin1'));
    } else {
      this.#line.write('slotValue', value);
    }
    return yield* this.#line.until('put', keySized, valueSized, now, ttl, this.#flags);
  }

  *#putIf({ key, value, now, ttl }: Change, version: number): Step<string> {
    yield* this.#begin();
    const keySized = this.#line.key(key);
    this.#line.write('slotValue', value);
    return yield* this.#line.until('putIf', keySized, sized(value.length), now, ttl, this.#flags, version);
  }

  *#land(action: Land): Step<string> {
    if (this.#pilot.has(action.key)) yield* this.#begin();
    return yield* this.#pilot.land(action, this.#flags);
  }

  /** The value of a key with its version, without any effect; a short one. */
  *#look(key: string, now: number): Step<{ readonly found: string; readonly version: number }> {
    const status = yield* this.#line.patiently('peek', this.#line.key(key), now);
    if (status < 0) return { found: nameOf(status), version: ABSENT };
    return {
      found: label(this.#line.text(this.#line.place('slotValue'), status >>> 3)),
      version: this.#line.version,
    };
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
      const result = yield* this.#line.until('take', this.#line.key(key), version, now);
      if (result === 'CLOSED') return result;
      // what was read, whatever the engine has made of its version
      if (result !== 'CONFLICT') return found === 'MISS' ? result : found;
    }
  }

  *#add({ key, value, now, ttl }: Change): Step<string> {
    const result = yield* this.#line.until('add', this.#line.key(key), sized(8), numberIn(value), now, ttl);
    return result === 'OK' ? label(this.#line.text(this.#line.place('slotValue'), 8)) : result;
  }

  *#reserve({ key, value, now }: Reserve): Step<string> {
    yield* this.#begin();
    return yield* this.#line.until('reserve', this.#line.key(key), sized(value.length), now, this.#flags);
  }

  /** What an operation that was cut off has left behind is given back before the next one that takes blocks. */
  *#begin(): Step<void> {
    const isClean = this.#line.field('slotHand') === 0 && this.#line.field('slotRoomMade') === 0;
    if (!isClean) yield* this.#line.until('emptyHands');
  }

  *#read({ kind, key, now, holds }: Read): Step<string> {
    const keySized = this.#line.key(key);
    for (let tries = 1; ; tries++) {
      const status = yield* this.#line.patiently(kind, keySized, now);
      if (status === Status.LARGE) {
        const value = yield* this.#copyOut(kind, now, holds === true || tries > READER_TRIES);
        if (value !== undefined) return label(value);
        continue;
      }
      if (status < 0) return nameOf(status);
      const value = this.#line.text(this.#line.place('slotValue'), status >>> 3);
      if (kind === 'get') this.#remember(key, value);
      return label(value);
    }
  }

  /** A large value, or nothing when it has changed meanwhile. */
  *#copyOut(kind: 'get' | 'peek', now: number, holds: boolean): Step<string | undefined> {
    if (holds) {
      const held = yield* this.#line.patiently('hold', now, now + HOLD);
      if (held !== Status.OK) return undefined;
    }
    const length = this.#line.field('slotEntryValue') >>> 3;
    const copy = yield* readBytes(this.#world.bytes, this.#line.field('slotEntryValueAt'), length);
    const confirmed = yield* this.#line.patiently('confirm', kind === 'get' ? 1 : 0, now);
    if (holds) yield* this.#line.patiently('endHold', now + HOLD);
    return confirmed === Status.OK ? Buffer.from(copy).toString('latin1') : undefined;
  }

  *#near({ key, now }: Near): Step<string> {
    const decoded = this.#decoded.get(key);
    if (decoded === undefined) return 'MISS';
    if (decoded.deadline !== 0 && decoded.deadline <= now) return 'EXPIRED';
    return yield* this.#line.until('nearHit', decoded.record, decoded.version, decoded.deadline);
  }

  *#size(): Step<string> {
    const result = yield* this.#line.call('size');
    return result < 0 ? nameOf(result) : String(result);
  }

  *#close(): Step<string> {
    yield* this.#line.call('markClosed');
    return 'OK';
  }

  get #flags(): number {
    return this.#shared.reporting ? REPORT : 0;
  }

  #remember(key: string, value: string): void {
    const entry = { record: this.#line.field('slotEntry'), version: this.#line.version };
    const deadline = Number(this.#world.view.getBigUint64(this.#line.place('slotEntryDeadline'), true));
    this.#decoded.set(key, { ...entry, deadline, value: label(value) });
  }

  #valueInHand(key: string): number {
    return this.#line.field('slotHand') + this.#world.global('blockPayload') + key.length;
  }
}
