import { openMemorySessionStore } from '../../src/index.ts';
import { sessionStoreConformance } from '../session-store-conformance.ts';

sessionStoreConformance('memory', async () => openMemorySessionStore());
