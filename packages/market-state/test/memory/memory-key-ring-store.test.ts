import { openMemoryKeyRingStore } from '../../src/index.ts';
import { keyRingConformance } from '../key-ring-conformance.ts';

keyRingConformance('memory', async () => openMemoryKeyRingStore());
