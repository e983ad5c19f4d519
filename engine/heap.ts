/**
 * The heap of an arena: two-level segregated fit (TLSF: Masmano, Ripoll, Crespo, Real, ECRTS 2004). Constant
 * time, and free of loops by nature, so that a block is taken or freed in one straight line under the arena's
 * lock. The caller holds it.
 *
 *   used block   | size, flags | owner | key and value ...                    |
 *   free block   | size, flags |   0   | next free | previous free | ... | own address |
 *
 * Sizes are bytes with the header, multiples of 8, at least MIN_BLOCK. The last word of a free block is its own
 * address, so that the block behind it finds the start when both are merged. owner: the record that holds the
 * block, or slotMark of the thread that has it in hand.
 *
 * Invariants: blocks lie edge to edge from arena.start to arena.end; no two free blocks are neighbours; every
 * free block is in the list of its class, and a bit is set exactly where a list is not empty; PREV_FREE is set
 * exactly in the block behind a free one.
 */
import { ARENA_HEADS, ARENA_MAPS, BLOCK_HEADER } from './layout';
import { Arena, FL_COUNT, SL_BITS, SL_COUNT } from './records';

export const FREE: u32 = 1;
export const PREV_FREE: u32 = 2;
export const SIZE_MASK: u32 = ~(<u32>7);
export const MIN_BLOCK: u32 = 24;

/** Classes below this size are 8 bytes apart: row 0. */
const LINEAR: u32 = SL_COUNT << 3;
const LINEAR_BITS: u32 = 31 - 8 + 1; // clz of the first size of row 1, less one, see rowOf

@unmanaged
export class Block {
  info: u32;
  owner: u32;
  nextFree: usize;
  prevFree: usize;
}

/** Bytes of the block for this many bytes of key and value. */
@inline
export function blockSize(payload: u32): u32 {
  return max<u32>((payload + <u32>BLOCK_HEADER + 7) & SIZE_MASK, MIN_BLOCK);
}

/** What stands as owner in a block that a thread has in hand: odd, so never the address of a record. */
@inline
export function slotMark(slotNumber: u32): u32 {
  return (slotNumber << 1) | 1;
}

@inline
function rowOf(size: u32): u32 {
  return size < LINEAR ? 0 : LINEAR_BITS - clz<u32>(size);
}

@inline
function columnOf(size: u32, row: u32): u32 {
  return row == 0 ? size >> 3 : (size >> (row + 2)) & (SL_COUNT - 1);
}

@inline
function mapOf(arena: Arena, row: u32): usize {
  return changetype<usize>(arena) + ARENA_MAPS + ((<usize>row) << 2);
}

@inline
function headOf(arena: Arena, row: u32, column: u32): usize {
  return changetype<usize>(arena) + ARENA_HEADS + ((<usize>((row << SL_BITS) | column)) << 2);
}

/** The size a free block must have to be found for sure when `size` is asked for. */
@inline
export function roundUp(size: u32): u32 {
  return size < LINEAR ? size : size + ((<u32>1) << (rowOf(size) + 2)) - 1;
}

@inline
function listRemove(arena: Arena, block: Block): void {
  const size = block.info & SIZE_MASK;
  const row = rowOf(size);
  const column = columnOf(size, row);
  const next = block.nextFree;
  const prev = block.prevFree;
  if (next != 0) changetype<Block>(next).prevFree = prev;
  if (prev != 0) {
    changetype<Block>(prev).nextFree = next;
  } else {
    store<u32>(headOf(arena, row, column), <u32>next);
    if (next == 0) {
      const map = mapOf(arena, row);
      const columns = load<u32>(map) & ~((<u32>1) << column);
      store<u32>(map, columns);
      if (columns == 0) arena.flMap &= ~((<u32>1) << row);
    }
  }
}

/** Writes a free block of this size and puts it into its list. Its neighbours must be used blocks. */
@inline
export function listInsert(arena: Arena, block: Block, size: u32): void {
  const row = rowOf(size);
  const column = columnOf(size, row);
  const head = headOf(arena, row, column);
  const next = <usize>load<u32>(head);
  const behind = changetype<Block>(changetype<usize>(block) + <usize>size);
  store<u32>(changetype<usize>(behind) - 4, <u32>changetype<usize>(block));
  behind.info |= PREV_FREE;
  block.owner = 0;
  block.nextFree = next;
  block.prevFree = 0;
  if (next != 0) changetype<Block>(next).prevFree = changetype<usize>(block);
  store<u32>(head, <u32>changetype<usize>(block));
  const map = mapOf(arena, row);
  store<u32>(map, load<u32>(map) | ((<u32>1) << column));
  arena.flMap |= (<u32>1) << row;
  block.info = size | FREE;
}

/**
 * A free block of at least `size` bytes, still in its list, or 0. First the newest of the class that `size` itself is
 * in, where a block of just that size is when it was freed last; then the first of the classes whose every block is large
 * enough.
 */
@inline
function findFree(arena: Arena, size: u32): usize {
  const ownRow = rowOf(size);
  let found = <usize>load<u32>(headOf(arena, ownRow, columnOf(size, ownRow)));
  if (found == 0 || (changetype<Block>(found).info & SIZE_MASK) < size) {
    found = 0;
    const wanted = roundUp(size);
    let row = rowOf(wanted);
    let columns = row < FL_COUNT ? load<u32>(mapOf(arena, row)) & (~(<u32>0) << columnOf(wanted, row)) : 0;
    if (columns == 0) {
      const rows = arena.flMap & (~(<u32>1) << row);
      if (rows != 0) {
        row = ctz<u32>(rows);
        columns = load<u32>(mapOf(arena, row));
      }
    }
    if (columns != 0) found = <usize>load<u32>(headOf(arena, row, ctz<u32>(columns)));
  }
  return found;
}

/** A used block of at least `size` bytes (a multiple of 8, at least MIN_BLOCK), or 0. */
@inline
export function heapTake(arena: Arena, size: u32, ownerMark: u32): usize {
  const found = findFree(arena, size);
  if (found != 0) {
    const block = changetype<Block>(found);
    const have = block.info & SIZE_MASK;
    listRemove(arena, block);
    const rest = have - size;
    let taken = have;
    if (rest >= MIN_BLOCK) {
      taken = size;
      listInsert(arena, changetype<Block>(found + <usize>size), rest);
    } else {
      changetype<Block>(found + <usize>have).info &= ~PREV_FREE;
    }
    block.owner = ownerMark;
    block.info = taken;
    arena.used += taken;
  }
  return found;
}

/** Frees a used block and merges it with free neighbours. */
@inline
export function heapFree(arena: Arena, address: usize): void {
  let start = address;
  let size = changetype<Block>(address).info & SIZE_MASK;
  arena.used -= size;
  const next = changetype<Block>(address + <usize>size);
  if (next.info & FREE) {
    listRemove(arena, next);
    size += next.info & SIZE_MASK;
  }
  if (changetype<Block>(address).info & PREV_FREE) {
    start = <usize>load<u32>(address - 4);
    listRemove(arena, changetype<Block>(start));
    size += changetype<Block>(start).info & SIZE_MASK;
  }
  listInsert(arena, changetype<Block>(start), size);
}

/** Forgets every free block: the lists and maps only. */
export function heapReset(arena: Arena): void {
  const start = changetype<usize>(arena) + ARENA_MAPS;
  memory.fill(start, 0, changetype<usize>(arena) + ARENA_HEADS + <usize>(FL_COUNT * SL_COUNT * 4) - start);
  arena.flMap = 0;
}

/** One free block from edge to edge, and the closing mark behind it. Only before the arena is shared. */
export function heapInitialize(arena: Arena, start: usize, bytes: u32): void {
  arena.start = start;
  arena.end = start + <usize>bytes - BLOCK_HEADER;
  changetype<Block>(arena.end).info = 0;
  listInsert(arena, changetype<Block>(start), bytes - <u32>BLOCK_HEADER);
}

/** For verify(): the first free block of a class, or 0. */
export function freeListHead(arena: Arena, row: u32, column: u32): usize {
  return <usize>load<u32>(headOf(arena, row, column));
}
