import { openMemoryLeases } from '../../src/index.ts';
import { leaseConformance } from '../lease-conformance.ts';

leaseConformance('memory', async () => openMemoryLeases());
