import { startClients } from './clients.ts';
import { startHop, startSink, startSource } from './relay-roles.ts';
import type { AnswerMessage, CallMessage, Calls } from './role-process.ts';

type Start = (options: never) => Promise<{ told: unknown; calls: Calls }>;

const ROLES: Readonly<Record<string, Start>> = {
  clients: startClients,
  'relay-source': startSource,
  'relay-hop': startHop,
  'relay-sink': startSink,
};

let calls: Calls = {};

async function answer({ call, value }: CallMessage): Promise<unknown> {
  if (call !== 'start') return calls[call]?.(value);
  const start = ROLES[process.argv[2] ?? ''];
  if (start === undefined) throw new Error(`unknown role ${process.argv[2]}`);
  const started = await start(value as never);
  calls = started.calls;
  return started.told;
}

process.on('message', (message: CallMessage) => {
  const reply = (rest: Omit<AnswerMessage, 'id'>): void => {
    process.send?.({ id: message.id, ...rest } satisfies AnswerMessage);
  };
  answer(message).then(
    (result) => reply({ result }),
    (error: unknown) => reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
