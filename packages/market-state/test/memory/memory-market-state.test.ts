import { it } from 'vitest';
import { openMemoryMarketState } from '../../src/index.ts';
import { expectClosed, marketStateConformance } from '../conformance.ts';

marketStateConformance('memory', () => state);
const state = openMemoryMarketState();

it('refuses calls after close', () => expectClosed(openMemoryMarketState()));
