import { StartError } from '@tapecast/service-kit';
import { findEngine } from './container/engine.ts';
import type { EngineApi } from './container/engine-api.ts';
import { LOCAL_PARTS, type PartRunner } from './runner.ts';

export const PARTS_CHOICES = ['auto', 'containers', 'local'] as const;
export type PartsChoice = (typeof PARTS_CHOICES)[number];

export interface ChosenParts {
  runner: PartRunner;
  /** For a person: which engine and images, or why there are none. */
  why: string;
}

/**
 * Where the parts' programs run. `auto`: in containers where an engine of this machine answers and has their images or
 * can get them, else the programs installed here. The others are that or an error with the reason. `say` is told of what
 * takes long: images that are pulled or packed.
 */
export async function chooseParts(
  choice: PartsChoice,
  say: (what: string) => void = () => undefined,
): Promise<ChosenParts> {
  if (choice === 'local') return { runner: LOCAL_PARTS, why: 'asked for' };
  const engine = await findEngine();
  if (engine.api === undefined) {
    if (choice === 'auto') return { runner: LOCAL_PARTS, why: engine.why };
    throw new StartError('missing_part', `${engine.why}. Start one, name it with DOCKER_HOST, or use local programs.`);
  }
  const runner = await openContainers(engine.api, say);
  try {
    const images = await runner.images();
    return { runner, why: `${Object.values(images).join(', ')} on ${engine.name}` };
  } catch (error) {
    await runner.close();
    if (choice === 'auto' && error instanceof StartError) return { runner: LOCAL_PARTS, why: error.message };
    throw error;
  }
}

/** One of the two ways in which a suite on real parts runs. */
export interface PartsWay {
  kind: PartRunner['kind'];
  /** Why this way can't be gone here. */
  skip: string | undefined;
  /** For the name of a suite: `containers (skipped: no container engine answers …)`. */
  title: string;
  open(): Promise<PartRunner>;
}

/** The ways in which a suite of the parts runs: both, or the one that `TAPECAST_TEST_PARTS` names. */
export async function waysToTest(): Promise<PartsWay[]> {
  const only = process.env.TAPECAST_TEST_PARTS;
  const engine = await findEngine();
  const skip = engine.api === undefined ? engine.why : undefined;
  const ways: PartsWay[] = [
    { kind: 'local', skip: undefined, title: 'local programs', open: async () => LOCAL_PARTS },
    {
      kind: 'containers',
      skip,
      title: skip === undefined ? 'containers' : `containers (skipped: ${skip})`,
      open: async () => (await chooseParts('containers')).runner,
    },
  ];
  return ways.filter(({ kind }) => only === undefined || only === '' || only === 'both' || kind === only);
}

/**
 * The ways of a suite that knows a part by its addresses alone, such as a driver's: the programs are the same in both, so one is
 * enough, containers where an engine answers. `TAPECAST_TEST_PARTS=both` has them all.
 */
export async function driverWaysToTest(): Promise<PartsWay[]> {
  const ways = await waysToTest();
  if (process.env.TAPECAST_TEST_PARTS === 'both') return ways;
  const here = ways.filter(({ skip }) => skip === undefined);
  return (here.length > 0 ? here : ways).slice(-1);
}

/** Its driver takes 0.4 s to load, so it is loaded where it is used. */
async function openContainers(api: EngineApi, say: (what: string) => void) {
  const { ContainerRunner } = await import('./container/runner.ts');
  return new ContainerRunner(api, say);
}
