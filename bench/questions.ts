/** All questions, in the order in which they are run. */
import { endToEnd } from './end-to-end.js';
import { expiry } from './expiry.js';
import { garbage } from './garbage.js';
import type { Question } from './lib/report.js';
import { oneThread } from './one-thread.js';
import { scalingQuestion } from './scaling.js';
import { sharedQuestion } from './shared.js';
import { size } from './size.js';
import { targets } from './targets.js';

export const questions: readonly Question[] = [
  targets,
  oneThread,
  sharedQuestion,
  scalingQuestion,
  garbage,
  expiry,
  endToEnd,
  size,
];
