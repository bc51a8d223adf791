import { redisCommand } from '@tapecast/testkit';

/** Calls of each command since the node's start, over all masters; those that scripts make count too. */
export type CommandCounts = Readonly<Record<string, number>>;

/** Commands of the nodes among each other, and of those who look: they are there without any client of ours. */
const NOT_OURS = /^(ping|info|cluster|psync|replconf|command|config|hello|client|role|shutdown|asking)/;

export async function commandCounts(nodes: readonly string[]): Promise<CommandCounts> {
  const counts: Record<string, number> = {};
  for (const node of nodes) {
    const port = Number(node.split(':')[1]);
    if (!(await redisCommand(port, 'INFO', 'replication')).includes('role:master')) continue;
    const text = await redisCommand(port, 'INFO', 'commandstats');
    for (const [, name = '', calls = '0'] of text.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm))
      if (!NOT_OURS.test(name)) counts[name] = (counts[name] ?? 0) + Number(calls);
  }
  return counts;
}

/** What came since, of the commands that came at all. */
export function since(before: CommandCounts, after: CommandCounts): Record<string, number> {
  const grown: Record<string, number> = {};
  for (const [name, count] of Object.entries(after)) {
    const more = count - (before[name] ?? 0);
    if (more > 0) grown[name] = more;
  }
  return grown;
}
