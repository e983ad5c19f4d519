/**
 * Doors to the engine's structures: heap, timing wheel, lists, hash. The engine that ships has none of them. This one is
 * compiled from the same sources and with the same flags; it differs by what it exports.
 */
import { engineFlags } from '../../scripts/lib/asc-flags.mjs';
import { instantiate } from '../../src/memory/engine.js';
import { compileMutants, type Patch } from './mutant.js';

/** AssemblyScript, put behind the exports of engine/index.ts. */
const EXPORTS = `
export { blockSize, heapFree, heapInitialize, heapTake, roundUp } from './heap';
export { sameBytes, siphash13 } from './hash';
export { chainLink, chainUnlink, lruLinkFirst, lruUnlink, recordGiveBack, recordPeek, recordTake } from './list';
export { find } from './table';
export { wheelDue, wheelLink, wheelNextTick, wheelUnlink } from './wheel';
import { ARENA_HEADS, ARENA_MAPS, ARENA_STRIDE, COUNT_WORD, ENTRY_BYTES, HEADER, Header, SHARD_HEADS, SHARD_STRIDE, STAMP_WORD } from './layout';
import { Arena, Entry, Shard, Slot } from './records';
export const arenaEnd: usize = offsetof<Arena>('end');
export const arenaFlMap: usize = offsetof<Arena>('flMap');
export const arenaHeads: usize = ARENA_HEADS;
export const arenaMaps: usize = ARENA_MAPS;
export const arenaStart: usize = offsetof<Arena>('start');
export const arenaStride: usize = ARENA_STRIDE;
export const arenaUsed: usize = offsetof<Arena>('used');
export const countWord: usize = COUNT_WORD;
export const entryBlock: usize = offsetof<Entry>('block');
export const entryBytes: usize = ENTRY_BYTES;
export const entryChainNext: usize = offsetof<Entry>('chainNext');
export const entryChainPrev: usize = offsetof<Entry>('chainPrev');
export const entryDeadline: usize = offsetof<Entry>('deadline');
export const entryLruNext: usize = offsetof<Entry>('lruNext');
export const entryLruPrev: usize = offsetof<Entry>('lruPrev');
export const entryStamp: usize = offsetof<Entry>('stamp');
export const entryVersion: usize = offsetof<Entry>('version');
export const entryWheelNext: usize = offsetof<Entry>('wheelNext');
export const entryWheelPrev: usize = offsetof<Entry>('wheelPrev');
export const headerArenaCount: usize = HEADER + offsetof<Header>('arenaCount');
export const headerArenas: usize = HEADER + offsetof<Header>('arenas');
export const headerBucketMask: usize = HEADER + offsetof<Header>('bucketMask');
export const headerRecordsPerShard: usize = HEADER + offsetof<Header>('recordsPerShard');
export const headerSeed0: usize = HEADER + offsetof<Header>('seed0');
export const headerShards: usize = HEADER + offsetof<Header>('shards');
export const shardBuckets: usize = offsetof<Shard>('buckets');
export const shardFree: usize = offsetof<Shard>('free');
export const shardFresh: usize = offsetof<Shard>('fresh');
export const shardHeads: usize = SHARD_HEADS;
export const shardRecordsEnd: usize = offsetof<Shard>('recordsEnd');
export const shardStride: usize = SHARD_STRIDE;
export const shardUsed: usize = offsetof<Shard>('used');
export const shardWheelMap: usize = offsetof<Shard>('wheelMap0');
export const shardWheelTick: usize = offsetof<Shard>('wheelTick');
export const stampWord: usize = STAMP_WORD;
export const slotHits: usize = offsetof<Slot>('hits');
`;
const EVERYTHING_ELSE = "export * from './host';";
const DOORS: Patch = { file: 'index.ts', edits: [[EVERYTHING_ELSE, EVERYTHING_ELSE + EXPORTS]] };

/** Functions of the structures. Addresses, sizes and ticks are unsigned: addresses arrive as i32, ticks as i64. */
export interface Structures {
  blockSize(payload: number): number;
  heapFree(arena: number, block: number): void;
  heapInitialize(arena: number, start: number, bytes: number): void;
  heapTake(arena: number, size: number, ownerMark: number): number;
  roundUp(size: number): number;
  heapUsed(): number;
  recordsUsed(): number;
  sameBytes(a: number, b: number, length: number): number;
  siphash13(data: number, length: number, k0: bigint, k1: bigint): bigint;
  chainLink(bucket: number, entry: number): void;
  chainUnlink(entry: number): void;
  lruLinkFirst(shard: number, entry: number): void;
  lruUnlink(entry: number): void;
  recordGiveBack(shard: number, entry: number): void;
  recordPeek(shard: number): number;
  recordTake(shard: number, record: number): void;
  wheelDue(shard: number, nowTick: bigint): number;
  wheelLink(shard: number, entry: number): void;
  wheelNextTick(shard: number, nowTick: bigint): bigint;
  wheelUnlink(shard: number, entry: number): void;
}

/** Where the fields are: in an arena, shard, entry or slot, or (header…, …Word) in the memory. */
export type Offsets = Readonly<
  Record<
    | `arena${'End' | 'FlMap' | 'Heads' | 'Maps' | 'Start' | 'Stride' | 'Used'}`
    | `entry${'Block' | 'Bytes' | 'ChainNext' | 'ChainPrev' | 'Deadline' | 'LruNext' | 'LruPrev'}`
    | `entry${'Stamp' | 'Version' | 'WheelNext' | 'WheelPrev'}`
    | `header${'ArenaCount' | 'Arenas' | 'BucketMask' | 'RecordsPerShard' | 'Seed0' | 'Shards'}`
    | `shard${'Buckets' | 'Free' | 'Fresh' | 'Heads' | 'RecordsEnd' | 'Stride' | 'Used'}`
    | `shard${'WheelMap' | 'WheelTick'}`
    | 'LOCK_OFFSET'
    | 'countWord'
    | 'slotHits'
    | 'stampWord',
    number
  >
>;

/** The structures in one memory: a cache's, or one that holds nothing but what the test puts there. */
export class Doors {
  readonly call: Structures;
  readonly at: Offsets;
  /** Of the whole memory. */
  readonly view: DataView;
  readonly bytes: Uint8Array;

  private constructor(module: WebAssembly.Module, memory: WebAssembly.Memory) {
    const { engine, places } = instantiate(module, memory);
    this.call = engine as unknown as Structures;
    this.at = places as unknown as Offsets;
    this.view = new DataView(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
  }

  /** Opens memories one after the other, with modules compiled once. */
  static async opener(): Promise<(memory: WebAssembly.Memory) => Doors> {
    const [bytes] = await compileMutants([DOORS], engineFlags);
    const module = new WebAssembly.Module(new Uint8Array(bytes ?? []));
    return (memory) => new Doors(module, memory);
  }

  u32(address: number): number {
    return this.view.getUint32(address, true);
  }

  u64(address: number): bigint {
    return this.view.getBigUint64(address, true);
  }

  setU32(address: number, value: number): void {
    this.view.setUint32(address, value, true);
  }

  setU64(address: number, value: bigint): void {
    this.view.setBigUint64(address, value, true);
  }
}

/** A memory with nothing in it. */
export function blankMemory(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}
