/** The definition of linearizability, tried out in full: what the search is compared with. For a few operations only. */
import { isPending, type Operation } from './history.js';
import type { Model } from './models.js';

/** Whether any order of all that returned, with any part of what is pending, is right. The model may not ask for puts in flight. */
export function isLinearizable<State>(history: readonly Operation[], model: Model<State>): boolean {
  const returned = history.filter((operation) => !isPending(operation));
  return subsetsOf(history.filter(isPending)).some((happened) =>
    ordersOf([...returned, ...happened]).some((order) => isInTime(order) && isAllowed(order, model)),
  );
}

function isAllowed<State>(order: readonly Operation[], model: Model<State>): boolean {
  let state: State | undefined = model.initial;
  for (const operation of order) {
    if (state === undefined) return false;
    state = model.step(state, operation, () => 0);
  }
  return state !== undefined;
}

/** Nothing stands before an operation that had returned when it was called. */
function isInTime(order: readonly Operation[]): boolean {
  return order.every(({ called }, index) => order.slice(index + 1).every((later) => later.returned > called));
}

function subsetsOf<Item>(items: readonly Item[]): Item[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return subsetsOf(rest).flatMap((subset) => [subset, [first, ...subset]]);
}

function ordersOf<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, index) => ordersOf(items.toSpliced(index, 1)).map((order) => [item, ...order]));
}
