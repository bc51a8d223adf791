import { createMemorySignalHub } from '../../src/index.ts';
import { signalBusConformance } from '../conformance.ts';

const hub = createMemorySignalHub();
signalBusConformance('memory', async () => hub.open());
