import { openMemorySessionStore, type SessionStore } from '@tapecast/market-state';
import { createMemorySignalHub } from '@tapecast/signal-bus';
import { openStand, type Stand, type StandOptions } from '../stand/stand.ts';
import { StreamClient, type Wire } from '../stand/stream-client.ts';

/** What a test has opened. */
export const open: { close(): unknown }[] = [];

/** After each test. */
export async function closeAll(): Promise<void> {
  for (const one of open.splice(0).reverse()) await one.close();
}

export interface Two {
  one: Stand;
  other: Stand;
  store: SessionStore;
}

/** Two gateways on one log and one store of sessions. */
export async function openTwo(
  options: StandOptions = {},
  store: SessionStore = openMemorySessionStore(),
  hub = createMemorySignalHub(),
): Promise<Two> {
  const stand = async (more: StandOptions): Promise<Stand> => {
    const made = await openStand({ sessions: store, signals: hub.open(), ...options, ...more });
    open.push({ close: () => made.stop() });
    return made;
  };
  const one = await stand({});
  return { one, other: await stand({ beside: one }), store };
}

export async function connect(stand: Stand, protocol = 'tapecast.v1.json', query = ''): Promise<StreamClient> {
  const client = await StreamClient.open(stand.gateway.port, protocol, query);
  open.push(client);
  return client;
}

export const token = (client: StreamClient): string =>
  client.messages[0].resume_token ?? client.messages[0].resumeToken;

export const position = (channel: string, epoch: string, seq: number, symbol = 'AAPL$US') => ({
  symbol,
  channel,
  epoch,
  seq,
});
export const resumeOf = (client: StreamClient, text: string | undefined, positions: object[] = [], more = false) =>
  client.ask({ action: 'resume', id: `resume ${Math.random()}`, token: text, positions, more });

/** Numbers of the trades told live or replayed, in their order. */
export const numbers = (client: StreamClient): number[] =>
  client.data('AAPL$US', 'trade').flatMap((message: Wire) => (message.range === undefined ? [] : [message.range[0]]));
export const upTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);

export async function trade(stand: Stand, count: number): Promise<void> {
  for (let i = 0; i < count; i++) stand.market.trade('AAPL$US', 100 + i, 1_000, `id-${i}`);
  stand.market.quote('AAPL$US', 100 + count);
  await stand.market.write();
}
