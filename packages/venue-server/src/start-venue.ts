import { type BinanceVenueOptions, startBinanceVenue } from './binance/venue.ts';
import { VenueError } from './errors.ts';
import { isLeanTicks } from './itick/play-plan.ts';
import { type ItickVenueOptions, startItickVenue } from './itick/venue.ts';
import type { ReplayClock } from './play/play-axis.ts';
import { openRecordings } from './recordings/open-recording.ts';

/** Options of both venues; those of one alone are refused where the recordings are the other's. */
export type ReplayVenueOptions = Omit<BinanceVenueOptions, 'faults'> & Omit<ItickVenueOptions, 'faults'>;

/** A venue server, whichever it is. */
export interface ReplayVenue {
  /** Whose protocol it speaks. */
  readonly venue: 'binance' | 'itick';
  readonly wsUrl: string;
  /** undefined where the venue is WebSocket only. */
  readonly restUrl: string | undefined;
  readonly adminUrl: string;
  /** What is played, as a client subscribes to it: `BTCUSDT`, `IBM$US`. */
  readonly symbols: readonly string[];
  readonly done: Promise<'ended' | 'stopped'>;
  start(): void;
  clock(): ReplayClock;
  stop(): Promise<void>;
}

const BINANCE_ALONE = ['clones', 'cloneSpreadMs', 'seed', 'sentRecord'] as const;
const ITICK_ALONE = ['tokens', 'plan', 'pingTimeoutMs', 'bufferedBytesMax'] as const;

/**
 * Plays recordings in the protocol of the venue that they are for, seen from their content: Lean's ticks in iTick's, all else in
 * Binance's. One venue plays at a time: a mix is refused. Rejects with `RecordingError` or `VenueError`.
 */
export async function startVenue(options: ReplayVenueOptions): Promise<ReplayVenue> {
  const recordings = await openRecordings(options.recordings);
  const lean = recordings.filter(isLeanTicks);
  const other = recordings.find((recording) => !isLeanTicks(recording));
  if (lean[0] !== undefined && other !== undefined) {
    throw new VenueError(
      'wrong_venue',
      `${lean[0].path} is played in iTick's protocol and ${other.path} is not; play them in two runs.`,
    );
  }
  if (lean.length > 0) {
    refuse(options, BINANCE_ALONE, 'recordings of frames');
    const venue = await startItickVenue({ ...options, recordings });
    return { ...venue, venue: 'itick', restUrl: undefined, symbols: venue.instruments.map(({ name }) => name) };
  }
  refuse(options, ITICK_ALONE, "Lean's ticks");
  const venue = await startBinanceVenue({ ...options, recordings });
  return { ...venue, venue: 'binance', symbols: venue.symbols.map(({ symbol }) => symbol) };
}

function refuse(options: ReplayVenueOptions, names: readonly (keyof ReplayVenueOptions)[], needed: string): void {
  const given = names.filter((name) => options[name] !== undefined);
  if (given.length > 0)
    throw new VenueError('bad_option', `${given.join(', ')}: for ${needed} only; leave it out with these recordings.`);
}
