import type { Client } from './client.ts';
import type { Cohort } from './cohort.ts';

/**
 * Who of a stream's clients is told what is new of it. Binary clients are topics of the socket library, of which only the
 * number is known here; text is written to each client by itself.
 */
export class StreamMembers {
  readonly plainTopic: string;
  readonly markedTopic: string;
  readonly jsonNumbers = new Set<Client>();
  readonly jsonStrings = new Set<Client>();
  /** Those whose clients are told by them. */
  readonly cohorts: Cohort[] = [];
  /** Clients of each binary encoding that are told this stream by itself. */
  plain = 0;
  marked = 0;

  constructor(streamNumber: number) {
    this.plainTopic = `${streamNumber}p`;
    this.markedTopic = `${streamNumber}z`;
  }

  get json(): number {
    return this.jsonNumbers.size + this.jsonStrings.size;
  }

  /** Whether a binary frame would reach anybody. */
  get binary(): boolean {
    return this.plain > 0 || this.marked > 0 || this.cohorts.length > 0;
  }

  /** From the next flush on the client gets what all get. */
  join(client: Client): void {
    switch (client.encoding) {
      case 'json':
        this.jsonNumbers.add(client);
        return;
      case 'json_strings':
        this.jsonStrings.add(client);
        return;
      case 'protobuf':
        this.plain++;
        // A socket that closed has left its topics already and may not be touched.
        if (!client.closed) client.socket.subscribe(this.plainTopic);
        return;
      case 'protobuf_zstd':
        this.marked++;
        if (!client.closed) client.socket.subscribe(this.markedTopic);
    }
  }

  leave(client: Client): void {
    switch (client.encoding) {
      case 'json':
        this.jsonNumbers.delete(client);
        return;
      case 'json_strings':
        this.jsonStrings.delete(client);
        return;
      case 'protobuf':
        this.plain--;
        if (!client.closed) client.socket.unsubscribe(this.plainTopic);
        return;
      case 'protobuf_zstd':
        this.marked--;
        if (!client.closed) client.socket.unsubscribe(this.markedTopic);
    }
  }
}
