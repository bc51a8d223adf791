import { SUBPROTOCOLS, type Subprotocol } from '@tapecast/wire';
import type { Encoding } from '../fanout/client.ts';

/** What was made of a client's offer of subprotocols. */
export type Choice =
  /** `named` is what the answer names: nothing where nothing was offered. */
  { encoding: Encoding; named: Subprotocol | '' } | { refused: string };

/** The first offered subprotocol that is known; JSON where none is offered. */
export function chooseSubprotocol(offer: string, numbers: string | undefined): Choice {
  const json: Encoding = numbers === 'string' ? 'json_strings' : 'json';
  const offered = offer
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (offered.length === 0) return { encoding: json, named: '' };
  for (const name of offered) {
    if (name === 'tapecast.v1.json') return { encoding: json, named: name };
    if (name === 'tapecast.v1.protobuf') return { encoding: 'protobuf', named: name };
    if (name === 'tapecast.v1.protobuf.zstd') return { encoding: 'protobuf_zstd', named: name };
  }
  return {
    refused: `none of the offered subprotocols is known here. Offer ${SUBPROTOCOLS.join(' or ')}, or none for JSON`,
  };
}

/**
 * `Authorization: Bearer …` of a program, or `?token=` of a browser, which can't set headers. The header counts where both
 * are there. Other schemes are not for us. All that follows `Bearer` is the token: a bad one must not pass for none.
 */
export function tokenOf(query: string | undefined, authorization: string): string | undefined {
  const bearer = /^Bearer(?: +(.*))?$/i.exec(authorization);
  if (bearer !== null) return bearer[1]?.trim() ?? '';
  return query === undefined || query === '' ? undefined : query;
}
