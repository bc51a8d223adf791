// The container engine that tests use: the one that answers, else one of the project's own for the time of the run.
import process from 'node:process';
import { chooseParts, findEngine, startOwnEngine } from '../packages/testkit/dist/index.js';
import { install } from './test-parts.mjs';

/** On a machine that is there to test on: containers may have networks, which changes its packet filter. */
const WITH_NETWORKS = process.env.TAPECAST_TEST_NETWORKS === '1';
const PROGRAMS = [['dockerd', 'docker.io'], ...(WITH_NETWORKS ? [['iptables', 'iptables']] : [])];

/**
 * Resolves with a function that ends what was started, and with a line on what is missing. Sets `DOCKER_HOST` for the
 * tests where an engine was started. Gets the images too: what a pull takes is no test's time.
 */
export async function startTestEngine() {
  let engine;
  let missing;
  try {
    engine = await startWhereNoneAnswers();
    const { runner, why } = await chooseParts('containers', (what) => process.stdout.write(`containers: ${what}\n`));
    await runner.close();
    process.stdout.write(`containers: ${why}\n`);
  } catch (error) {
    missing = error.message;
  }
  return { missing, stop: async () => engine?.stop() };
}

/** undefined where one answers, or could be expected to: an address that was given is meant. */
async function startWhereNoneAnswers() {
  const found = await findEngine();
  if (found.api !== undefined || process.env.DOCKER_HOST || process.platform !== 'linux') return undefined;
  const missing = install(PROGRAMS);
  if (missing.length > 0) throw new Error(`${found.why}; to start one, tests need ${missing.join(', ')}`);
  // The package may have started its own.
  if ((await findEngine()).api !== undefined) return undefined;
  const engine = await startOwnEngine({ networks: WITH_NETWORKS });
  process.env.DOCKER_HOST = engine.host;
  return engine;
}
