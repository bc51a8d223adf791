import { expect, it } from 'vitest';
import { VIEWS_APART_MS } from '../src/limits.ts';
import { MastersView } from '../src/silence.ts';
import type { ClusterNode } from '../src/topology.ts';

const suspect = (pingSentMs: number): ClusterNode[] => [
  { id: 's', host: 'h', port: 1, masterId: undefined, serves: true, failed: false, pingSentMs },
];

it('counts who has waited for the same reply at two looks, and nobody whose ping is on its way', () => {
  const view = new MastersView('s');
  view.take('a', suspect(1_000), 0);
  view.take('b', suspect(1_000), 0);
  expect(view.missedBy(VIEWS_APART_MS - 1)).toBe(0);
  view.take('a', suspect(1_000), VIEWS_APART_MS);
  // The first was answered: another one is under way.
  view.take('b', suspect(1_200), VIEWS_APART_MS);
  expect(view.missedBy(VIEWS_APART_MS)).toBe(1);
  view.take('b', suspect(1_200), 2 * VIEWS_APART_MS);
  expect(view.missedBy(2 * VIEWS_APART_MS)).toBe(2);
});

it.each([
  ['that has its reply', suspect(0)],
  ['that does not answer itself', undefined],
  ['that does not know the master', []],
])('does not count one %s', (_, nodes) => {
  const view = new MastersView('s');
  view.take('a', suspect(1_000), 0);
  expect(view.missedBy(VIEWS_APART_MS)).toBe(1);
  view.take('a', nodes, VIEWS_APART_MS);
  expect(view.missedBy(2 * VIEWS_APART_MS)).toBe(0);
});
