import assignerProtocol from 'kafkajs/src/consumer/assignerProtocol.js';
import { LIMITS } from '../limits.ts';
import { BrokerRefused, KAFKA } from './broker-error.ts';
import type { BrokerConnection } from './connection.ts';
import { dealPartitions, type Joining } from './group-deal.ts';

const { MemberMetadata, MemberAssignment } = assignerProtocol;
const PROTOCOL_TYPE = 'consumer';
/** Members that deal in another way must not be in one group with us. */
const ASSIGNER = 'tapecast-even';
const VERSION = 1;

export interface Membership {
  memberId: string;
  generation: number;
}

export interface GroupRequest {
  groupId: string;
  topic: string;
  partitions: number;
  sessionTimeoutMs: number;
}

/** Joins, deals the partitions if this member is the group's leader, and returns what this member got. */
export async function joinAndSync(
  connection: BrokerConnection,
  request: GroupRequest,
  { memberId, holds }: Joining,
  onNamed: () => Promise<void>,
): Promise<Membership & { partitions: number[] }> {
  const joined = await join(connection, request, { memberId, holds }, onNamed);
  const leading = joined.leaderId === joined.memberId;
  const synced = await connection.call<Synced>(
    'SyncGroup',
    {
      groupId: request.groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: leading ? deal(joined.members, request) : [],
    },
    waitForOthersMs(request),
  );
  if (synced.errorCode !== KAFKA.none) throw new BrokerRefused(synced.errorCode, 'sync group');
  const assignment = synced.memberAssignment.length === 0 ? null : MemberAssignment.decode(synced.memberAssignment);
  const partitions = assignment?.assignment[request.topic] ?? [];
  return { memberId: joined.memberId, generation: joined.generationId, partitions };
}

export async function heartbeat(
  connection: BrokerConnection,
  groupId: string,
  membership: Membership,
): Promise<number> {
  const { memberId, generation: groupGenerationId } = membership;
  const answer = await connection.call<Answer>('Heartbeat', { groupId, groupGenerationId, memberId });
  return answer.errorCode;
}

export async function leave(connection: BrokerConnection, groupId: string, memberId: string): Promise<number> {
  return (await connection.call<Answer>('LeaveGroup', { groupId, memberId }, LIMITS.leaveDeadlineMs)).errorCode;
}

/**
 * A new member is first told its id, so that one that never returns does not count as a member. From `onNamed` on the group
 * waits for it: what makes the group deal anew then deals to this member, too.
 */
async function join(
  connection: BrokerConnection,
  request: GroupRequest,
  { memberId, holds }: Joining,
  onNamed: () => Promise<void>,
): Promise<Joined> {
  const userData = Buffer.from(JSON.stringify(holds));
  const metadata = MemberMetadata.encode({ version: VERSION, topics: [request.topic], userData });
  const answer = await connection.call<Joined>(
    'JoinGroup',
    {
      groupId: request.groupId,
      sessionTimeout: request.sessionTimeoutMs,
      rebalanceTimeout: LIMITS.rebalanceTimeoutMs,
      memberId,
      protocolType: PROTOCOL_TYPE,
      groupProtocols: [{ name: ASSIGNER, metadata }],
    },
    waitForOthersMs(request),
  );
  if (answer.errorCode === KAFKA.memberIdRequired) {
    await onNamed();
    return join(connection, request, { memberId: answer.memberId, holds }, onNamed);
  }
  if (answer.errorCode !== KAFKA.none) throw new BrokerRefused(answer.errorCode, 'join group');
  return answer;
}

/** The broker holds these answers until all members are there, or have been waited for. */
function waitForOthersMs({ sessionTimeoutMs }: GroupRequest): number {
  return Math.max(sessionTimeoutMs, LIMITS.rebalanceTimeoutMs) + LIMITS.requestDeadlineMs;
}

function deal(members: Joined['members'], { topic, partitions }: GroupRequest): object[] {
  const joining = members.map(({ memberId, memberMetadata }) => ({ memberId, holds: heldBy(memberMetadata) }));
  return [...dealPartitions(joining, partitions)].map(([memberId, share]) => ({
    memberId,
    memberAssignment: MemberAssignment.encode({ version: VERSION, assignment: { [topic]: share } }),
  }));
}

/** What a member says that it holds; nothing where it says nothing that can be read, as members of before this did. */
function heldBy(memberMetadata: Buffer): number[] {
  try {
    const { userData } = MemberMetadata.decode(memberMetadata);
    const holds: unknown = JSON.parse(userData?.toString() ?? '[]');
    return Array.isArray(holds) ? holds.filter((partition) => Number.isInteger(partition)) : [];
  } catch {
    // Not ours to mend: it gets its share of what nobody holds.
    return [];
  }
}

interface Answer {
  errorCode: number;
}

interface Joined extends Answer {
  generationId: number;
  leaderId: string;
  memberId: string;
  members: { memberId: string; memberMetadata: Buffer }[];
}

interface Synced extends Answer {
  memberAssignment: Buffer;
}
