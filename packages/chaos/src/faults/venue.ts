import { VENUE_STALL_MS } from '../limits.ts';
import { done, type Fault, type Scene } from './fault.ts';

/** Misbehaviour of the venue, by the admin port of the venue server. */
async function inject({ venueAdmin }: Scene, faults: readonly object[]): Promise<void> {
  const response = await fetch(`${venueAdmin}/faults`, { method: 'POST', body: JSON.stringify(faults) });
  if (!response.ok) throw new Error(`the venue server refused a fault: ${response.status} ${await response.text()}`);
}

const venueFault = (name: string, what: string, make: (scene: Scene) => object[]): Fault => ({
  name,
  what,
  inject: async (scene) => {
    await inject(scene, make(scene));
    return done('venue');
  },
});

/** ms of sending nothing; what was due meanwhile is sent at once afterwards. */
export const stallVenue = (scene: Pick<Scene, 'venueAdmin'>, ms: number): Promise<void> =>
  inject(scene as Scene, [{ fault: 'stall', ms }]);

export const VENUE_FAULTS: readonly Fault[] = [
  {
    name: 'venue-stall',
    what: 'the venue sends nothing for a while, then all at once',
    inject: async (scene) => {
      const ms = scene.random.int(...VENUE_STALL_MS);
      await stallVenue(scene, ms);
      return { target: `venue for ${(ms / 1_000).toFixed(1)} s`, healAfterMs: ms, heal: async () => undefined };
    },
  },
  venueFault('venue-cut', 'the venue cuts every connection', () => [{ fault: 'cut' }]),
  venueFault('venue-repeat', 'the venue sends frames twice', ({ random }) => [
    { fault: 'duplicate', frames: random.int(20, 60) },
  ]),
  venueFault('venue-reorder', 'the venue sends frames in reverse', ({ random }) => [
    { fault: 'reorder', frames: random.int(10, 40) },
  ]),
  venueFault('venue-shutdown', 'the venue announces its end and closes', () => [
    { fault: 'server-shutdown', closeAfterMs: 2_000 },
  ]),
];
