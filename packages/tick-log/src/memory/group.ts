import { Assignment } from '../assignment.ts';
import type { GroupReader, GroupReaderOptions } from '../contract.ts';
import type { Failure } from '../failure.ts';
import { MemoryPartitionFeed } from './partition-feed.ts';
import type { TopicLog } from './topic-log.ts';

interface Member {
  assignment: Assignment;
  feed: MemoryPartitionFeed;
}

/** The members of one group in this process. Every join and leave takes all partitions away and deals them anew, as Kafka does. */
export class MemoryGroup {
  readonly #topic: TopicLog;
  readonly #failure: Failure;
  readonly #members: Member[] = [];

  constructor(topic: TopicLog, failure: Failure) {
    this.#topic = topic;
    this.#failure = failure;
  }

  join(options: GroupReaderOptions): GroupReader {
    const feed = new MemoryPartitionFeed(this.#topic, options, this.#failure);
    const assignment = new Assignment(options, feed, (cause, where) => this.#failure.handlerFailed(cause, where));
    const member = { assignment, feed };
    this.#members.push(member);
    this.#deal();
    return {
      joined: () => assignment.dealt,
      assigned: () => assignment.partitions(),
      restart: (partition) => assignment.restart(partition),
      close: async () => {
        const at = this.#members.indexOf(member);
        if (at === -1) return;
        this.#members.splice(at, 1);
        assignment.close();
        feed.close();
        this.#deal();
      },
    };
  }

  /** Partition i goes to member i modulo their number, in the order in which they joined. */
  #deal(): void {
    for (const { assignment } of this.#members) assignment.revokeAll();
    const partitions = this.#topic.partitions.map((_, partition) => partition);
    this.#members.forEach(({ assignment }, index) => {
      assignment.assign(partitions.filter((partition) => partition % this.#members.length === index));
    });
  }
}
