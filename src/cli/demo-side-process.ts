/**
 * Entry of the process that {@link runSide} has to itself.
 *
 * @module
 */
import { runSide, type SideTask } from './demo-side.js';

const task = JSON.parse(process.argv[2] ?? '') as SideTask;
const result = await runSide(task);
process.send?.(result, () => process.disconnect());
