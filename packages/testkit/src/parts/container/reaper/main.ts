import { setTimeout as delay } from 'node:timers/promises';
import { EngineApi } from '../engine-api.ts';

/**
 * Removes the containers of a session when the process that started them is gone, by kill -9 too: that process holds the
 * other end of our stdin, which closes with it. A container whose start was still under way then is found by the second
 * look; a byte before the end says that nothing is under way. Arguments: the engine's address, the session's label.
 */
const SWEEPS = 2;
const BETWEEN_SWEEPS_MS = 300;

const [host, label] = process.argv.slice(2);
if (host === undefined || label === undefined) throw new Error('usage: main.js <engine> <label>');

// A terminal's Ctrl-C is the launcher's to deal with.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
let orderly = false;
process.stdin.on('data', () => {
  orderly = true;
});
await new Promise((resolve) => process.stdin.once('close', resolve));

const api = new EngineApi(host);
for (let sweep = 1; sweep <= (orderly ? 1 : SWEEPS); sweep += 1) {
  if (sweep > 1) await delay(BETWEEN_SWEEPS_MS);
  // An engine that is gone has ended its containers, or does when it starts again.
  const left = await api.containersWith(label).catch(() => []);
  await Promise.all(left.map((id) => api.removeContainer(id)));
}
