import { expect, it } from 'vitest';
import { readReply } from '../src/redis-command.ts';
import { readClusterNodes, readReplicaState } from '../src/topology.ts';

const id = (letter: string): string => letter.repeat(40);

it('reads masters, replicas, host names, and what has no slots or no address', () => {
  const text = [
    `${id('a')} :7000@17000 myself,master - 0 0 1 connected 0-5460 [93->-${id('b')}]`,
    `${id('b')} 10.0.0.2:7001@17001,redis-1.example master,fail - 1732204800123 0 2 disconnected 5461-10922 12000`,
    `${id('c')} 10.0.0.3:7002@17002 slave ${id('a')} 0 0 1 connected`,
    `${id('d')} 10.0.0.4:7003@17003, slave,fail? ${id('b')} 0 0 2 connected`,
    `${id('e')} 10.0.0.5:7004@17004 master - 0 0 3 connected [12->-${id('a')}]`,
    `${id('f')} :0@0 slave,noaddr ${id('a')} 0 0 3 disconnected`,
    `${id('g')} 10.0.0.6:7005@17005 handshake - 0 0 0 connected`,
    'what nobody understands',
    '',
  ].join('\r\n');
  expect(readClusterNodes(text, { host: 'asked', port: 7000 })).toEqual([
    { id: id('a'), host: 'asked', port: 7000, masterId: undefined, serves: true, failed: false, pingSentMs: 0 },
    {
      id: id('b'),
      host: 'redis-1.example',
      port: 7001,
      masterId: undefined,
      serves: true,
      failed: true,
      pingSentMs: 1_732_204_800_123,
    },
    { id: id('c'), host: '10.0.0.3', port: 7002, masterId: id('a'), serves: false, failed: false, pingSentMs: 0 },
    { id: id('d'), host: '10.0.0.4', port: 7003, masterId: id('b'), serves: false, failed: true, pingSentMs: 0 },
    { id: id('e'), host: '10.0.0.5', port: 7004, masterId: undefined, serves: false, failed: false, pingSentMs: 0 },
  ]);
});

it('takes a replica for one that follows only when it has all of its master', () => {
  const info = (role: string, link: string, sync: number): string =>
    `# Replication\r\nrole:${role}\r\nmaster_link_status:${link}\r\nmaster_sync_in_progress:${sync}\r\nslave_repl_offset:42\r\n`;
  expect(readReplicaState(info('slave', 'up', 0))).toEqual({ follows: true, offset: 42 });
  expect(readReplicaState(info('slave', 'down', 0)).follows).toBe(false);
  expect(readReplicaState(info('slave', 'up', 1)).follows).toBe(false);
  expect(readReplicaState(info('master', 'up', 0)).follows).toBe(false);
  expect(readReplicaState('')).toEqual({ follows: false, offset: -1 });
});

it('reads replies split at every byte, and tells what is none', () => {
  const reply = '$11\r\nhello\r\nyou!\r\n';
  for (let end = 0; end < reply.length; end += 1) expect(readReply(reply.slice(0, end))).toBeUndefined();
  expect(readReply(reply)).toBe('hello\r\nyou!');
  expect(readReply('+OK\r\n')).toBe('OK');
  expect(readReply('$-1\r\n')).toBe('');
  expect(readReply('-ERR You should send CLUSTER FAILOVER to a replica\r\n')).toBeInstanceOf(Error);
  expect(readReply('HTTP/1.1 400 Bad Request\r\n')).toBeInstanceOf(Error);
});
