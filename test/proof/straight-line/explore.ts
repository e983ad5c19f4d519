/**
 * Follows every path of a function.
 *
 * States are kept apart while that is affordable. Where a position is reached by too many, facts about branches are
 * dropped first, then all states that hold the same lock become one that promises only what all of them do. That can
 * make the checker see paths that do not exist, and so complain without need; it can never hide one that does.
 */
import { type FlatFunction, successors } from './code.js';
import { liveSlots } from './liveness.js';
import { copyOf, heldKey, initialState, joined, keyOf, prune, type State } from './state.js';
import { type Rule, Stepper } from './step.js';
import { NOTHING } from './values.js';

/** States a position may be reached by before they are simplified. */
const STATES_PER_POSITION = 64;

/** Instructions executed before the checker gives a function up; giving up is a failure. */
const STEP_LIMIT = 5_000_000;

/** A rule broken at a position. */
export interface Break {
  readonly rule: Rule | 'lock instruction never reached';
  readonly position: number;
}

/** A critical section: from one acquiring instruction to the releases reached from it. */
export interface Section {
  readonly acquire: number;
  readonly releases: Set<number>;
  /** Instructions on its longest path, the taking and the giving back included. */
  longest: number;
}

/** What following a function showed. */
export interface Exploration {
  readonly breaks: readonly Break[];
  readonly sections: readonly Section[];
}

/** The states that have reached one position, by key, and those of them still to be followed. */
interface Place {
  states: Map<string, State>;
  pending: Map<string, State>;
  detail: 'all facts' | 'essential facts' | 'one state per lock';
}

class Explorer {
  private readonly code: FlatFunction;
  private readonly live: readonly bigint[];
  private readonly places = new Map<number, Place>();
  private readonly breaks = new Map<string, Break>();
  private readonly sections = new Map<number, Section>();
  private readonly reached = new Set<number>();
  private readonly stepper: Stepper;
  private position = 0;

  constructor(code: FlatFunction) {
    this.code = code;
    this.live = liveSlots(code.code);
    for (const position of meetingPoints(code)) {
      this.places.set(position, { states: new Map(), pending: new Map(), detail: 'all facts' });
    }
    this.stepper = new Stepper(code, {
      broken: (rule) => this.report(rule, this.position),
      released: (state) => this.close(state),
    });
  }

  /** Follows all paths, always going on where the least code lies behind: what joins, joins before it goes on. */
  run(): Exploration {
    let steps = this.follow(initialState(this.code), 0);
    for (let place = this.earliest(); place; place = this.earliest()) {
      const states = [...place[1].pending.values()];
      place[1].pending.clear();
      for (const state of states) steps += this.follow(copyOf(state), place[0]);
      if (steps > STEP_LIMIT)
        throw new Error(`Cannot follow ${this.code.name}: more than ${STEP_LIMIT} steps`);
    }
    if (this.breaks.size === 0) this.reportUnreached();
    const breaks = [...this.breaks.values()].sort((a, b) => a.position - b.position);
    return { breaks, sections: [...this.sections.values()] };
  }

  /** Without a broken rule no path is given up, and all code that deals with locks must have been seen. */
  private reportUnreached(): void {
    for (const [position, { op }] of this.code.code.entries()) {
      const ofLock = op === 'acquire' || op === 'release';
      if (ofLock && !this.reached.has(position)) this.report('lock instruction never reached', position);
    }
  }

  private earliest(): [number, Place] | undefined {
    let found: [number, Place] | undefined;
    for (const [position, place] of this.places) {
      if (place.pending.size > 0 && (!found || position < found[0])) found = [position, place];
    }
    return found;
  }

  /** Follows a state until every way it takes has come to a meeting point or an end; returns the steps made. */
  private follow(start: State, from: number): number {
    let steps = 0;
    const ways = [{ state: start, position: from }];
    for (let way = ways.pop(); way; way = ways.pop()) {
      steps += 1;
      this.position = way.position;
      this.reached.add(way.position);
      for (const next of this.stepper.step(way.state, way.position)) {
        const place = this.places.get(next.position);
        if (place) this.admit(place, next.position, next.state);
        else ways.push(next);
      }
    }
    return steps;
  }

  private admit(place: Place, position: number, state: State): void {
    const instruction = this.code.code[position];
    if (instruction?.op === 'loop') for (const slot of instruction.assigned) state.slots[slot] = NOTHING;
    const coarse = place.detail !== 'all facts' || instruction?.op === 'loop';
    prune(state, this.live[position] ?? 0n, coarse);
    this.insert(place, state);
    const simplest = place.detail === 'one state per lock';
    if (place.states.size > STATES_PER_POSITION && !simplest) this.simplify(place, position);
  }

  private insert(place: Place, state: State): void {
    const oneEach = place.detail === 'one state per lock';
    const key = oneEach ? heldKey(state) : keyOf(state);
    const known = place.states.get(key);
    const next = known && oneEach ? joined(known, state) : state;
    if (known && keyOf(known) === keyOf(next) && known.steps >= next.steps) return;
    place.states.set(key, next);
    place.pending.set(key, next);
  }

  private simplify(place: Place, position: number): void {
    const states = [...place.states.values()];
    place.detail = place.detail === 'all facts' ? 'essential facts' : 'one state per lock';
    place.states = new Map();
    place.pending = new Map();
    for (const state of states) {
      prune(state, this.live[position] ?? 0n, true);
      this.insert(place, state);
    }
    const { detail } = place;
    if (detail === 'essential facts' && place.states.size > STATES_PER_POSITION)
      this.simplify(place, position);
  }

  private close(state: State): void {
    if (!state.held) return;
    const { site } = state.held;
    const section = this.sections.get(site) ?? { acquire: site, releases: new Set<number>(), longest: 0 };
    section.releases.add(this.position);
    section.longest = Math.max(section.longest, state.steps);
    this.sections.set(site, section);
  }

  private report(rule: Break['rule'], position: number): void {
    this.breaks.set(`${rule} ${position}`, { rule, position });
  }
}

/** Positions that paths can come to from more than the instruction before. */
function meetingPoints(code: FlatFunction): Set<number> {
  const points = new Set<number>();
  code.code.forEach((instruction, position) => {
    if (instruction.op === 'loop') points.add(position);
    for (const next of successors(code.code, position)) if (next !== position + 1) points.add(next);
  });
  return points;
}

/**
 * Follows every path of a function from its start, where no lock is held.
 *
 * @param code the function
 * @returns the rules broken and the critical sections found
 */
export function explore(code: FlatFunction): Exploration {
  return new Explorer(code).run();
}
