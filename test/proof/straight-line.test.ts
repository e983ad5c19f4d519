/**
 * No thread can be stopped while it holds a lock: proved for every path of the compiled engine. The proof is tested too:
 * mutants that break each rule must be caught, sections that keep the rules must pass.
 *
 * The engine is checked twice, as the bytes that ship and as the same bytes with names.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { optimisation } from '../../scripts/lib/asc-flags.mjs';
import { withoutCustomSections } from '../../scripts/lib/wasm.mjs';
import { engineModuleBase64 } from '../../src/generated/engine-module.js';
import { checkModule, functionNames, isExempt, type Report } from './straight-line/checker.js';
import { assemble, compileSample } from './straight-line/compile.js';
import { CLEAN } from './straight-line/mutants/clean.js';
import { HAND_OVER } from './straight-line/mutants/hand-over.js';
import { CLEAN_PUT, type Sample } from './straight-line/mutants/sample.js';
import { UNDER_LOCK } from './straight-line/mutants/under-lock.js';
import { execute } from './straight-line/random/execute.js';
import { randomProgram, seeded } from './straight-line/random/program.js';

/** Random functions to execute and to judge; the seed of a failing one is in the message. */
const PROGRAMS = 100;
const FIRST_SEED = 1;
const RUNS_PER_PROGRAM = 100;

/** Every function of the engine that takes a lock. */
const LOCKING_FUNCTIONS = [
  'accesses/applyLog',
  'blocks/freeSection',
  'blocks/takeSection',
  'clean/step',
  'deadline/touchSection',
  'flights/fenceFlight',
  'large/endHold',
  'large/hold',
  'loading/awaitFlight',
  'loading/claimFlight',
  'loading/end',
  'sections/insertSection',
  'sections/overwriteSection',
  'sections/removeSection',
  'sections/replaceSection',
  'stretch/claimOne',
];

/** A section ends soon: no path under a lock is longer than this, in instructions. */
const LONGEST_SECTION = 400;

/**
 * Every cmpxchg that is not one of a lock: of the count, the grace and the number of slots taken at their fixed addresses,
 * of a slot's state, of a log's tail, of an arena's claim.
 */
const OTHER_CMPXCHGS = [
  'accesses/applyLog: computed 0',
  'count/markClosed: fixed 256',
  'loading/keepStale: fixed 768',
  'rebuild/rebuildOwnedBy: fixed 256',
  'removal/evictOldest: fixed 256',
  'room/reserveBlock: computed 12',
  'sections/insertSection: fixed 256',
  'sections/removeSection: fixed 256',
  'slots/adoptSlot: computed 0',
  'slots/adoptSlot: fixed 640',
  'slots/claimSlot: computed 0',
  'slots/claimSlot: fixed 640',
  'slots/emptySlot: computed 12',
  'slots/liftClaim: computed 0',
  'slots/reapSlot: computed 0',
  'whole/clear: fixed 256',
];

/** Functions that store to a field of another record which has the same offset as the lock has in its own. */
const PLAIN_STORES = ['create/initialize', 'room/reserveBlock', 'slots/emptySlot'];

/** Functions that may do anything under a lock. */
const EXEMPT = ['rebuild/rebuildArena', 'rebuild/rebuildOwnedBy'];

type Code = Pick<Sample, 'language' | 'source'>;

/** The module as the engine would be compiled. */
async function optimized({ language, source }: Code): Promise<Uint8Array> {
  return language === 'WebAssembly text' ? assemble(source) : compileSample(source, ...optimisation);
}

/** Both the optimised module and, since its code has other shapes, one that is not. */
async function compilations(code: Code): Promise<Uint8Array[]> {
  const modules = [await optimized(code)];
  if (code.language === 'AssemblyScript') modules.push(await compileSample(code.source, '-O0'));
  return modules;
}

function explain({ violations }: Report): string {
  const lines = violations.map(
    ({ rule, functionName, instruction, position }) =>
      `${functionName}: ${rule}: ${instruction}, number ${position}`,
  );
  return `\n${lines.join('\n')}\n`;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function withoutFolder(functionName: string): string {
  return functionName.replace(/^engine\//, '');
}

function assertEngineIsStraight(report: Report): void {
  assert.deepEqual(report.violations, [], explain(report));
  assert.deepEqual(report.lockingFunctions.map(({ name }) => withoutFolder(name)).sort(), LOCKING_FUNCTIONS);
  assert.ok(report.acquireSites >= LOCKING_FUNCTIONS.length, `${report.acquireSites} places take a lock`);
  assert.ok(report.releaseSites >= report.acquireSites, `${report.releaseSites} places give one back`);
  assert.ok(report.longest <= LONGEST_SECTION, `the longest section has ${report.longest} instructions`);
  const others = report.otherCmpxchgs.map(
    ({ functionName, address, offset }) => `${withoutFolder(functionName)}: ${address} ${offset}`,
  );
  assert.deepEqual(distinct(others), OTHER_CMPXCHGS);
  assert.deepEqual(report.plainStores.map(withoutFolder).sort(), PLAIN_STORES);
  assert.deepEqual(report.exempt.map(withoutFolder).sort(), EXEMPT);
}

describe('the compiled engine', () => {
  const named = readFileSync(new URL('../../engine.names.wasm', import.meta.url));
  const shipped = Buffer.from(engineModuleBase64, 'base64');

  it('is checked as it ships', () => {
    assert.ok(
      shipped.equals(withoutCustomSections(named)),
      'build/engine.names.wasm is not what ships, with names',
    );
  });

  it('holds locks only in a straight line', () => {
    assertEngineIsStraight(checkModule(named));
  });

  it('holds locks only in a straight line, read from the package', () => {
    assertEngineIsStraight(checkModule(shipped, { names: functionNames(named) }));
  });
});

describe('the straight-line check', () => {
  for (const sample of CLEAN) {
    it(`passes ${sample.name}`, async () => {
      for (const bytes of await compilations(sample)) {
        const report = checkModule(bytes);
        assert.deepEqual(report.violations, [], explain(report));
        assert.ok(report.longest > 0);
      }
    });
  }

  for (const sample of [...UNDER_LOCK, ...HAND_OVER]) {
    it(`catches ${sample.name}`, async () => {
      const report = checkModule(await optimized(sample));
      const broken = distinct(report.violations.map(({ rule }) => rule));
      assert.deepEqual(broken, sample.broken, explain(report));
    });
  }

  it('finds whatever rule a random function breaks when it is executed', () => {
    const tally = { wrong: 0, right: 0, suspected: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + PROGRAMS; seed++) {
      const random = seeded(seed);
      const program = randomProgram(random);
      for (const optimize of [false, true]) {
        const bytes = assemble(program, optimize);
        const broken = execute(bytes, random, RUNS_PER_PROGRAM);
        const report = checkModule(bytes);
        const found = new Set<string>(report.violations.map(({ rule }) => rule));
        for (const rule of broken)
          assert.ok(found.has(rule), `seed ${seed}: ${rule}\n${program}${explain(report)}`);
        if (broken.size > 0) tally.wrong += 1;
        else if (found.size === 0) tally.right += 1;
        else if (!found.has('no lock is ever taken') && !found.has('lock instruction never reached'))
          tally.suspected += 1;
      }
    }
    // Neither finding nothing nor suspecting everything is a check.
    assert.ok(tally.wrong > PROGRAMS / 4 && tally.right > PROGRAMS / 4, JSON.stringify(tally));
    assert.ok(tally.suspected < PROGRAMS / 10, JSON.stringify(tally));
  });

  it('counts what it has checked', async () => {
    for (const bytes of await compilations({ language: 'AssemblyScript', source: CLEAN_PUT })) {
      const report = checkModule(bytes);
      assert.equal(report.lockOffset, 64);
      assert.equal(report.acquireSites, 1);
      assert.equal(report.releaseSites, 2);
      const [put, ...more] = report.lockingFunctions;
      assert.deepEqual(more, []);
      assert.deepEqual(put, { name: 'sample/put', acquires: 1, releases: 2, longest: report.longest });
      assert.ok(report.longest > 10 && report.longest < 40, `${report.longest} instructions`);
      assert.deepEqual([report.otherCmpxchgs, report.plainStores, report.exempt], [[], [], []]);
    }
  });

  it('lists every other cmpxchg, and stores that only look like one to a lock', async () => {
    const source = `${CLEAN_PUT}
      export function count(): void { atomic.cmpxchg<u64>(256, 1, 2, 8); }
      export function state(slots: usize, i: u32): void { atomic.cmpxchg<u32>(slots + i * 8 + 4, 0, 1); }
      export function field(record: usize): void { store<u32>(record, 1, LOCK_OFFSET); }`;
    for (const bytes of await compilations({ language: 'AssemblyScript', source })) {
      const report = checkModule(bytes);
      assert.deepEqual(report.violations, [], explain(report));
      assert.deepEqual(report.plainStores, ['sample/field']);
      const others = report.otherCmpxchgs.map(({ functionName, address }) => `${functionName} ${address}`);
      assert.deepEqual(others.sort(), ['sample/count fixed', 'sample/state computed']);
    }
  });

  it('exempts functions by their own name only', () => {
    for (const name of [
      'rebuildShard',
      'engine/take-over/rebuildShard',
      'engine/arena/Arena#rebuild',
      'Arena.rebuildAll',
    ])
      assert.ok(isExempt(name), name);
    for (const name of ['prebuild', 'rebuild/put', 'engine/rebuildable/put', 'engine/Rebuild'])
      assert.ok(!isExempt(name), name);
  });

  it('refuses a module that does not say where its locks are', () => {
    const bytes = assemble('(module (func (export "nothing")))');
    assert.throws(() => checkModule(bytes), /exports no constant global LOCK_OFFSET/);
    const { violations } = checkModule(bytes, { lockOffset: 64 });
    assert.deepEqual(
      violations.map(({ rule }) => rule),
      ['no lock is ever taken'],
    );
  });

  it('refuses names that are not those of the functions', () => {
    const bytes = assemble('(module (func (export "nothing")))');
    assert.throws(() => checkModule(bytes, { lockOffset: 64, names: ['a', 'b'] }), /2 names for 1 functions/);
  });
});
