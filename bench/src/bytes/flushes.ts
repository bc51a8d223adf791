import { applyUpdate, type Channel, type InstrumentView, type Sequence } from '@tapecast/market';
import { sequenceOf } from '@tapecast/wire';
import type { Play } from './play.ts';
import { type Said, WatchedStream } from './watched-stream.ts';

/** When what was applied leaves. */
export type Grouping =
  /** Each update by itself: what interval 0 is where little happens. */
  | { kind: 'unbatched' }
  /** Interval 0 where updates of so many milliseconds come in one turn of the loop, as a flush of the log brings them. */
  | { kind: 'turns'; ms: number }
  | { kind: 'interval'; ms: number }
  /** As many updates as these in each frame. */
  | { kind: 'count'; updates: number };

/** One flush: what each stream said, and when. */
export interface Flush {
  readonly publishedAtUs: number;
  readonly receivedAtUs: number;
  readonly said: readonly Said[];
}

/** What a tick takes from ingest to the gateway, in the cluster with little load. */
const ON_THE_WAY_US = 8_000;
/** Unix microseconds at which each play begins. */
export const PLAYED_AT_US = 1_760_000_000_000_000;
/** Instruments that a gateway has numbered before: numbers of two bytes are usual. */
const STREAMS_BEFORE = 1_000;

/** A play for those who watch all its instruments on these channels. */
export interface Watched {
  readonly streams: readonly WatchedStream[];
  /** Once. */
  flushes(): Generator<Flush>;
}

export function watch(play: Play, channels: readonly Channel[], grouping: Grouping): Watched {
  const views = play.views.map((view) => structuredClone(view));
  let streams = STREAMS_BEFORE;
  const byInstrument = views.map((view) => streamsBySequence(view, channels, grouping, () => streams++));
  return {
    streams: byInstrument.flatMap((sequences) => [...sequences.values()].flat()),
    flushes: () => flushesOf(play, views, byInstrument, grouping),
  };
}

function* flushesOf(
  play: Play,
  views: readonly InstrumentView[],
  byInstrument: readonly Map<Sequence, WatchedStream[]>[],
  grouping: Grouping,
): Generator<Flush> {
  const spanUs = grouping.kind === 'turns' || grouping.kind === 'interval' ? grouping.ms * 1000 : undefined;
  let slot = -1;
  let oldestUs = Number.POSITIVE_INFINITY;
  let applied = 0;
  let changed = new Set<WatchedStream>();
  const flush = (atUs: number): Flush | undefined => {
    const said: Said[] = [];
    for (const stream of changed) {
      const one = stream.flush();
      if (one !== undefined) said.push(one);
    }
    const receivedAtUs = PLAYED_AT_US + oldestUs;
    changed = new Set();
    oldestUs = Number.POSITIVE_INFINITY;
    applied = 0;
    return said.length === 0 ? undefined : { publishedAtUs: PLAYED_AT_US + atUs + ON_THE_WAY_US, receivedAtUs, said };
  };
  for (const { timeUs, instrument, update } of play.updates) {
    const now = spanUs === undefined ? 0 : Math.floor(timeUs / spanUs);
    if (spanUs !== undefined && now !== slot && changed.size > 0) {
      const due = flush((slot + 1) * spanUs);
      if (due !== undefined) yield due;
    }
    slot = now;
    const view = views[instrument] as InstrumentView;
    applyUpdate(view, update);
    const told = byInstrument[instrument]?.get(update.sequence);
    if (told === undefined) continue;
    for (const stream of told) {
      stream.applied(update);
      changed.add(stream);
    }
    applied++;
    oldestUs = Math.min(oldestUs, timeUs);
    if (grouping.kind === 'unbatched' || (grouping.kind === 'count' && applied >= grouping.updates)) {
      const due = flush(timeUs);
      if (due !== undefined) yield due;
    }
  }
}

function streamsBySequence(
  view: InstrumentView,
  channels: readonly Channel[],
  grouping: Grouping,
  number: () => number,
): Map<Sequence, WatchedStream[]> {
  const streams = new Map<Sequence, WatchedStream[]>();
  for (const channel of channels) {
    const sequence = sequenceOf(channel);
    const stream = new WatchedStream(number(), channel, view, grouping.kind === 'interval');
    streams.set(sequence, [...(streams.get(sequence) ?? []), stream]);
  }
  return streams;
}
