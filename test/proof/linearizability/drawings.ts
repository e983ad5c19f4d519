/** Histories whose answer is known, as notation.ts draws them. */

/** A drawing, and whether it is linearizable. */
export interface Sample {
  readonly title: string;
  readonly isRight: boolean;
  readonly drawing: string;
}

const right = (title: string, drawing: string): Sample => ({ title, isRight: true, drawing });
const wrong = (title: string, drawing: string): Sample => ({ title, isRight: false, drawing });

/** One key, nothing evicted. */
export const REGISTER: readonly Sample[] = [
  right('nothing', ''),
  right('a key that nobody has put', 'get(a)=none  has(a)=no  delete(a)=no'),
  right('one thread', 'put(a,1)  get(a)=1  has(a)=yes  put(a,2)  peek(a)=2  delete(a)=yes  get(a)=none'),
  wrong('a write that was lost', 'put(a,1)  get(a)=none'),
  wrong('a value that nobody has put', 'put(a,1)  get(a)=2'),
  wrong('a torn value', 'put(a,1)  get(a)=torn'),
  right(
    'a get beside a put may be early or late',
    `
    put(a,1)   put(a,2)---------
                  get(a)=1  get(a)=2`,
  ),
  wrong(
    'but not late and then early',
    `
    put(a,1)   put(a,2)---------
                  get(a)=2  get(a)=1`,
  ),
  wrong(
    'nor late for one thread and early for another, afterwards',
    `
    put(a,1)   put(a,2)---------------------
                  get(a)=2
                             get(a)=1`,
  ),
  right(
    'late for one and early for another at the same time',
    `
    put(a,1)   put(a,2)---------------------
                  get(a)=2--
                   get(a)=1--`,
  ),
  wrong(
    'a stale read',
    `
    put(a,1)   put(a,2)
                          get(a)=1`,
  ),
  right(
    'two puts at once, in either order',
    `
    put(a,1)---
     put(a,2)--
                  get(a)=1`,
  ),
  wrong(
    'but in one order for everybody',
    `
    put(a,1)---   get(a)=1
     put(a,2)--   get(a)=2`,
  ),
  right(
    'operations that read and write in one step',
    'swap(a,1)=none putIfAbsent(a,2)=no swap(a,3)=1 take(a)=3 take(a)=none putIfAbsent(a,4)=yes get(a)=4',
  ),
  wrong(
    'two that were both the first',
    `
    putIfAbsent(a,1)=yes---
     putIfAbsent(a,2)=yes--`,
  ),
  wrong(
    'a value that two have taken',
    `
    put(a,1)   take(a)=1---
                take(a)=1--`,
  ),
  wrong(
    'an update that was lost',
    `
    put(a,1)   swap(a,2)=1---
                swap(a,3)=1--`,
  ),
  right('counts', 'increment(a)=1  increment(a)=2  take(a)=2  increment(a)=1  get(a)=1'),
  wrong(
    'a count that was lost',
    `
    increment(a)=1---
     increment(a)=1--`,
  ),
  wrong(
    'deleted twice',
    `
    put(a,1)   delete(a)=yes---
                delete(a)=yes--`,
  ),
  right(
    'deleted twice, with a put between',
    `
    put(a,1)   delete(a)=yes---
                delete(a)=yes--
                 put(a,2)------`,
  ),
  right(
    'a wrong turn that has to be taken back',
    `
    put(a,1)------------------------
    put(a,2)------------------------
    put(a,3)------------------------
      get(a)=3  get(a)=1  get(a)=2`,
  ),
  wrong(
    'a value that comes back',
    `
    put(a,1)------------------------
    put(a,2)------------------------
      get(a)=1  get(a)=2  get(a)=1`,
  ),
];

/** One key, some threads died. */
export const PENDING: readonly Sample[] = [
  right('a take that did happen', 'put(a,1)\n          take(a)...\n               get(a)=none'),
  wrong('a swap that happened twice', 'put(a,1)\n          swap(a,2)...\n    get(a)=2 put(a,3) get(a)=2'),
  right('a count that did happen', 'increment(a)=1\n   increment(a)...\n                 increment(a)=3'),
  right('a put that never happened', 'put(a,1)...\n              get(a)=none'),
  right('a put that happened', 'put(a,1)...\n              get(a)=1'),
  right('a put that happened late', 'put(a,1)...\n              get(a)=none  get(a)=1'),
  wrong('a put that happened and did not', 'put(a,1)...\n              get(a)=1  get(a)=none'),
  right('a delete that never happened', 'put(a,1)  delete(a)...\n                           get(a)=1'),
  right('a delete that happened', 'put(a,1)  delete(a)...\n                           get(a)=none'),
  wrong(
    'a delete that happened twice',
    `
    put(a,1)  delete(a)...
                 get(a)=none  put(a,2)  get(a)=none`,
  ),
  wrong(
    'half of a replacement: the old value has gone and the new one is not there',
    `
    put(a,1)  put(a,2)...
                           get(a)=none`,
  ),
  right(
    'two of them, in any order',
    `
    put(a,1)...
    put(a,2)...
               get(a)=2  get(a)=1`,
  ),
  right('a get that nobody waits for', 'put(a,1)  get(a)...\n                         get(a)=1'),
];

/** One key that may be evicted. */
export const EVICTED: readonly Sample[] = [
  right('a miss at any moment', 'put(a,1)  get(a)=1  get(a)=none  delete(a)=no  has(a)=no'),
  wrong('what was evicted comes back', 'put(a,1)  get(a)=none  get(a)=1'),
  wrong('what was evicted comes back for delete', 'put(a,1)  has(a)=no  delete(a)=yes'),
  right('it is put again', 'put(a,1)  get(a)=none  put(a,2)  get(a)=2'),
  wrong('an old value', 'put(a,1)  put(a,2)  get(a)=1'),
];

/** One key that expires after 40 columns, give or take 2. */
export const EXPIRED: readonly Sample[] = [
  right('a hit in time, a miss too late', 'put(a,1)    get(a)=1                              get(a)=none'),
  wrong('a miss too early', 'put(a,1)    get(a)=none'),
  wrong('a hit too late', 'put(a,1)                                          get(a)=1'),
  right(
    'a new deadline',
    'put(a,1)                      put(a,2)                      get(a)=2            get(a)=none',
  ),
  wrong('the old deadline', 'put(a,1)                      put(a,2)       get(a)=none'),
  right(
    'a put that takes its time may be late',
    'put(a,1)----------------------                              get(a)=1',
  ),
  right('a put that takes its time may be early', 'put(a,1)----------------------    get(a)=none'),
];

/** Two keys together. */
export const WHOLE: readonly Sample[] = [
  right('clear takes both', 'put(a,1)  put(b,2)  clear()  get(a)=none  get(b)=none  size()=0'),
  wrong('clear takes one', 'put(a,1)  put(b,2)  clear()  get(a)=none  get(b)=2'),
  right(
    'put before it or after it',
    `
    clear()--------------
      put(a,1)  put(b,2)
                           get(a)=none  get(b)=2`,
  ),
  wrong(
    'first put after it, then put before it',
    `
    clear()--------------
      put(a,1)  put(b,2)
                           get(a)=1  get(b)=none`,
  ),
  wrong(
    'for each key by itself it was, for both together it was not',
    `
    put(a,1)  put(b,2)  clear()---------------------
                          get(a)=none  get(b)=2`,
  ),
  right('a clear that never happened', 'put(a,1)  clear()...\n                       get(a)=1'),
  right('a clear that happened', 'put(a,1)  clear()...\n                       get(a)=none'),
  right(
    'size counts keys',
    'size()=0  put(a,1)  put(a,2)  size()=1  put(b,3)  size()=2  delete(a)=yes  size()=1',
  ),
  wrong('size counts a key twice', 'put(a,1)  put(a,2)  size()=2'),
  wrong('size forgets a key', 'put(a,1)  put(b,2)  size()=1'),
  right(
    'size counts a put in flight',
    `
    put(a,1)-----------------------
       size()=1  get(a)=none`,
  ),
  wrong(
    'size counts a put that is over twice',
    `
    put(a,1)---
                size()=2`,
  ),
  right(
    'size counts a put whose thread has died',
    'put(a,1)...\n            size()=1  get(a)=none  size()=1',
  ),
  wrong(
    'size counts a delete before it happens',
    'put(a,1)  delete(a)=yes------------\n             size()=0  has(a)=yes',
  ),
];
