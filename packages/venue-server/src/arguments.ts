import { parseArgs } from 'node:util';
import type { BinanceVenueOptions } from './binance/venue.ts';

export const USAGE = `Plays recordings over Binance's spot protocol on 127.0.0.1.

  --recording <file>[,<file>…]  what to play; required
  --port <n>                    WebSocket and REST (default: a free one)
  --admin-port <n>              replay control, clock and faults (default: a free one)
  --speed <n>|max               seconds of recorded time a second (default 1), or as fast as it is taken
  --rate <n>                    frames a second on the average, instead of a speed
  --paused                      wait for POST /replay/start on the admin port
  --clones <n>                  copies under the names X1…, X2…, each at another place of the record (default 0)
  --clone-spread-ms <n>         how far apart these places are at most (default: a third of the record)
  --seed <n>                    chooses these places (default 1)
  --help`;

export class ArgumentError extends Error {}

/** 'help', or the options; throws `ArgumentError` with what was expected. */
export function parseArguments(args: readonly string[]): BinanceVenueOptions | 'help' {
  const values = read(args);
  if (values.help) return 'help';
  const recordings = (values.recording ?? []).flatMap((list) => list.split(',')).filter((path) => path !== '');
  if (recordings.length === 0) throw new ArgumentError('--recording is missing: name the files to play.');
  const { speed } = values;
  return {
    recordings,
    paused: values.paused ?? false,
    ...number('port', values.port),
    ...number('adminPort', values['admin-port']),
    ...(speed === 'max' ? { speed } : number('speed', speed)),
    ...number('rate', values.rate),
    ...number('clones', values.clones),
    ...number('cloneSpreadMs', values['clone-spread-ms']),
    ...number('seed', values.seed),
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        recording: { type: 'string', multiple: true },
        port: { type: 'string' },
        'admin-port': { type: 'string' },
        speed: { type: 'string' },
        rate: { type: 'string' },
        paused: { type: 'boolean' },
        clones: { type: 'string' },
        'clone-spread-ms': { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function number<Name extends string>(name: Name, text: string | undefined): { [name in Name]?: number } {
  if (text === undefined) return {};
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new ArgumentError(`${name} is "${text}"; expected a number.`);
  return { [name]: value } as { [name in Name]?: number };
}
