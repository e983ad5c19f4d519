/** All questions, in the order in which they are run. */
import type { Question } from './lib/report.js';
import { oneThread } from './one-thread.js';
import { scalingQuestion } from './scaling.js';
import { targets } from './targets.js';

export const questions: readonly Question[] = [targets, oneThread, scalingQuestion];
