import { openMemoryFleet } from '../../src/index.ts';
import { fleetConformance } from '../fleet-conformance.ts';

fleetConformance(async () => openMemoryFleet());
