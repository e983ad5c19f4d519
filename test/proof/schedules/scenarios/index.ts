/** Every scenario, by what it is about. */

import type { Scenario } from '../scenario.js';
import { ATOMIC } from './atomic.js';
import { CLEARING } from './clearing.js';
import { CLOSING } from './closing.js';
import { DYING } from './dying.js';
import { EVICTING } from './evicting.js';
import { FLYING } from './flying.js';
import { ITERATING } from './iterating.js';
import { LARGE_VALUES } from './large.js';
import { LOADING } from './loading.js';
import { LOGGING } from './logging.js';
import { LOOKING } from './looking.js';
import { MIXED } from './mixed.js';
import { REMOVING } from './removing.js';
import { STORING } from './storing.js';

export const SCENARIOS: readonly Scenario[] = [
  ...STORING,
  ...ATOMIC,
  ...LOOKING,
  ...EVICTING,
  ...LOGGING,
  ...REMOVING,
  ...CLEARING,
  ...CLOSING,
  ...LARGE_VALUES,
  ...LOADING,
  ...FLYING,
  ...ITERATING,
  ...DYING,
  ...MIXED,
];
