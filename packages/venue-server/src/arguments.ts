import { parseArgs } from 'node:util';
import type { ReplayVenueOptions } from './start-venue.ts';

export const USAGE = `Plays recordings over a venue's protocol on 127.0.0.1: Lean's ticks over iTick's, frames of Binance over Binance's.

  --recording <file>[,<file>…]  what to play; required
  --port <n>                    WebSocket and REST (default: a free one)
  --admin-port <n>              replay control, clock and faults (default: a free one)
  --speed <n>|max               seconds of recorded time a second (default 1), or as fast as it is taken
  --rate <n>                    frames a second on the average, instead of a speed
  --paused                      wait for POST /replay/start on the admin port

Binance's:
  --clones <n>                  copies under the names X1…, X2…, each at another place of the record (default 0)
  --clone-spread-ms <n>         how far apart these places are at most (default: a third of the record)
  --seed <n>                    chooses these places (default 1)
  --sent-record <file>          notes every frame of the play with its wall time, as a raw recording

iTick's:
  --token <key>[,<key>…]        keys that are taken (default: any)
  --plan-symbols <n>            symbols of one connection (default: 500)
  --plan-connections <n>        connections of one key at once (default: any number)
  --surplus <what>              to a connection too many: subscription_fails (default) or disconnected
  --ping-timeout-ms <n>         without a JSON ping for longer a connection is closed (default 60000)

  --help`;

export class ArgumentError extends Error {}

/** 'help', or the options; throws `ArgumentError` with what was expected. */
export function parseArguments(args: readonly string[]): ReplayVenueOptions | 'help' {
  const values = read(args);
  if (values.help) return 'help';
  const recordings = list(values.recording);
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
    ...(values['sent-record'] !== undefined && { sentRecord: values['sent-record'] }),
    ...(values.token !== undefined && { tokens: list(values.token) }),
    ...plan(values),
    ...number('pingTimeoutMs', values['ping-timeout-ms']),
  };
}

const list = (values: readonly string[] | undefined): string[] =>
  (values ?? []).flatMap((value) => value.split(',')).filter((value) => value !== '');

function plan(values: ReturnType<typeof read>): Pick<ReplayVenueOptions, 'plan'> {
  const { surplus } = values;
  if (surplus !== undefined && surplus !== 'subscription_fails' && surplus !== 'disconnected')
    throw new ArgumentError(`surplus is "${surplus}"; expected subscription_fails or disconnected.`);
  const given: NonNullable<ReplayVenueOptions['plan']> = {
    ...number('symbols', values['plan-symbols']),
    ...number('connections', values['plan-connections']),
    ...(surplus !== undefined && { surplus }),
  };
  return Object.keys(given).length === 0 ? {} : { plan: given };
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
        'sent-record': { type: 'string' },
        token: { type: 'string', multiple: true },
        'plan-symbols': { type: 'string' },
        'plan-connections': { type: 'string' },
        surplus: { type: 'string' },
        'ping-timeout-ms': { type: 'string' },
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
