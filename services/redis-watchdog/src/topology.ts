import type { NodeAddress } from './redis-command.ts';

export interface ClusterNode extends NodeAddress {
  readonly id: string;
  /** Of its master; undefined for a master. */
  readonly masterId: string | undefined;
  /** Whether it serves slots: only such a master is missed. */
  readonly serves: boolean;
  /** As the node that was asked sees it. */
  readonly failed: boolean;
  /** When the node that was asked sent the ping that this one owes a reply to, by its own clock; 0: it owes none. */
  readonly pingSentMs: number;
}

/**
 * Reads CLUSTER NODES: `<id> <ip:port@bus[,hostname]> <flags> <master> <ping> <pong> <epoch> <link> <slots>…`, one a line.
 * `asked`: the node that said so, which may not know its own address. Lines that are not understood are left out.
 */
export function readClusterNodes(text: string, asked: NodeAddress): ClusterNode[] {
  return text.split('\n').flatMap((line) => {
    const [id, address = '', flagText = '', master = '-', pingSent, , , , ...slots] = line.trim().split(' ');
    const parts = /^(.*):(\d+)@\d*(?:,([^,]*))?/.exec(address);
    if (!id || parts === null) return [];
    const flags = flagText.split(',');
    if (flags.includes('noaddr') || flags.includes('handshake')) return [];
    const myself = flags.includes('myself');
    const [, ip = '', port = '', hostname = ''] = parts;
    const host = hostname || ip || (myself ? asked.host : '');
    if (host === '' || !(flags.includes('master') || flags.includes('slave'))) return [];
    return [
      {
        id,
        host,
        port: Number(port),
        masterId: flags.includes('master') || master === '-' ? undefined : master,
        // `[slot->-node]` is a slot on its way, not one that is served.
        serves: slots.some((slot) => /^\d/.test(slot)),
        failed: flags.includes('fail') || flags.includes('fail?'),
        pingSentMs: Number(pingSent),
      },
    ];
  });
}

/** What INFO replication says of a replica. */
export interface ReplicaState {
  /** It follows its master, and has all of its data: promoting it loses at most what was on its way. */
  readonly follows: boolean;
  readonly offset: number;
}

export function readReplicaState(info: string): ReplicaState {
  const value = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  return {
    follows:
      value('role') === 'slave' && value('master_link_status') === 'up' && value('master_sync_in_progress') === '0',
    offset: Number(value('slave_repl_offset') ?? -1),
  };
}
