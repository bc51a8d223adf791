import type { KnownInstrument } from '../subscriptions/instruments.ts';
import type { RestContext, RestRequest } from './api.ts';
import { type RestReply, restError } from './reply.ts';

const QUERY_LENGTH_MAX = 64;
const ROWS_BY_DEFAULT = 100;

/** `GET /v1/instruments?q=btc&limit=20`: what there is, those whose symbol begins with `q` first. `total` counts all that match. */
export function instruments(context: RestContext, { query, grant }: RestRequest): RestReply {
  const wanted = (query.get('q') ?? '').trim().toUpperCase();
  const limit = Number(query.get('limit') ?? ROWS_BY_DEFAULT);
  if (wanted.length > QUERY_LENGTH_MAX)
    return restError('bad_request', `q has ${wanted.length} characters, and at most ${QUERY_LENGTH_MAX} are searched`);
  if (!Number.isInteger(limit) || limit < 1) return restError('bad_request', 'limit is a count of at least 1');
  const begins: KnownInstrument[] = [];
  const contains: KnownInstrument[] = [];
  for (const known of context.instruments.all()) {
    if (!grant.mayName(known.symbol)) continue;
    if (known.symbol.startsWith(wanted)) begins.push(known);
    else if (known.symbol.includes(wanted) || known.entry?.name.toUpperCase().includes(wanted) === true)
      contains.push(known);
  }
  const bySymbol = (a: KnownInstrument, b: KnownInstrument): number => (a.symbol < b.symbol ? -1 : 1);
  const rows = [...begins.sort(bySymbol), ...contains.sort(bySymbol)].slice(
    0,
    Math.min(limit, context.limits.restRowsMax),
  );
  return {
    status: 200,
    body: JSON.stringify({
      total: begins.length + contains.length,
      instruments: rows.map(({ symbol, entry }) => ({
        symbol,
        name: entry?.name ?? '',
        venue: entry?.venue ?? '',
        price_decimals: entry?.priceDecimals,
        size_decimals: entry?.sizeDecimals,
      })),
    }),
  };
}
