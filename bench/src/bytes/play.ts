import { applyUpdate, type Channel, emptyView, type InstrumentView, type Update } from '@tapecast/market';
import { sequenceOf } from '@tapecast/wire';
import type { RecordedUpdates, TimedUpdate } from './recordings.ts';

/** An update of one of the instruments of a list, at a time of the list's own clock. */
export interface PlayedUpdate {
  /** Microseconds from the beginning of the play. */
  readonly timeUs: number;
  readonly instrument: number;
  readonly update: Update;
}

/** The recording once, or several times under other names, each beginning elsewhere: as one list is watched. */
export interface Play {
  /** As they are when the play begins; whoever plays applies the updates to copies of his own. */
  readonly views: readonly InstrumentView[];
  /** By time. */
  readonly updates: readonly PlayedUpdate[];
  readonly seconds: number;
}

/** The first of so many updates make the states: a day's quotes begin long before its trades. */
const LEAD_OF = 10;

/** `instruments` of `recording`, each shifted in time so that they spread over it, for as long as gives about `updatesMax` of these channels. */
export function playOf(
  recording: RecordedUpdates,
  instruments: number,
  channels: readonly Channel[],
  updatesMax: number,
): Play {
  const { updates } = recording;
  const sequences = new Set(channels.map(sequenceOf));
  const watched = updates.filter(({ update }) => sequences.has(update.sequence)).length;
  const firstUs = (updates[Math.floor(updates.length / LEAD_OF)] as TimedUpdate).timeUs;
  const lastUs = (updates.at(-1) as TimedUpdate).timeUs;
  const share = Math.min(1, updatesMax / (watched * instruments));
  const spanUs = Math.floor((lastUs - firstUs) * share);
  const apartUs = instruments === 1 ? 0 : Math.floor((lastUs - firstUs - spanUs) / (instruments - 1));
  const views: InstrumentView[] = [];
  const played: PlayedUpdate[] = [];
  const view = emptyView(recording.instrument, 'bench.1.0');
  let at = 0;
  for (let i = 0; i < instruments; i++) {
    const startUs = firstUs + i * apartUs;
    for (; at < updates.length && (updates[at] as TimedUpdate).timeUs < startUs; at++) {
      applyUpdate(view, (updates[at] as TimedUpdate).update);
    }
    views.push({ ...structuredClone(view), instrument: named(recording.instrument, i) });
    for (let next = at; next < updates.length; next++) {
      const { timeUs, update } = updates[next] as TimedUpdate;
      if (timeUs >= startUs + spanUs) break;
      played.push({ timeUs: timeUs - startUs, instrument: i, update });
    }
  }
  played.sort((a, b) => a.timeUs - b.timeUs);
  return { views, updates: played, seconds: spanUs / 1e6 };
}

/** The first has the recording's name, each other one of the same length. */
function named(instrument: string, index: number): string {
  if (index === 0) return instrument;
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'].filter((letter) => letter !== instrument[0]);
  return `${letters[index - 1]}${instrument.slice(1)}`;
}
