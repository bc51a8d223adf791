import { expect, test } from 'vitest';
import { everyStep, FAULTS, PAIRS, stepOf } from '../src/faults/registry.ts';

test('every fault and pair can be asked for by its name, and another name says what there is', () => {
  expect(everyStep().length).toBe(new Set([...FAULTS.keys(), ...PAIRS]).size);
  expect(stepOf('kill-compute+kill-redis').faults.map(({ name }) => name)).toEqual(['kill-compute', 'kill-redis']);
  expect(() => stepOf('kill-everything')).toThrow(/no fault kill-everything; there are kill-ingest, /);
});
