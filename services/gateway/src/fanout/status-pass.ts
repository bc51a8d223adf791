import type { StatusMessage } from '@tapecast/wire';
import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import type { BinaryFrame } from './frame-writer.ts';
import type { InstrumentFanout } from './instrument-fanout.ts';
import { type JsonFrame, jsonFrame } from './json-frame.ts';

interface Told {
  instrument: number;
  binary: BinaryFrame | undefined;
  text: JsonFrame[] | undefined;
  statuses: StatusMessage[];
}

/**
 * Tells statuses to all who have any stream of the instrument, once each. They are rare, so nobody keeps who that is: all
 * clients are gone through once for all statuses of a flush.
 */
export class StatusPass {
  #clients: Iterable<Client> = [];

  reaches(clients: Iterable<Client>): void {
    this.#clients = clients;
  }

  /** Takes the statuses off the instruments. */
  tell(instruments: readonly InstrumentFanout[], context: FlushContext): void {
    let told: Told[] | undefined;
    for (const instrument of instruments) {
      if (instrument.statuses.length === 0) continue;
      const statuses = instrument.statuses.splice(0);
      if (instrument.empty) continue;
      for (const status of statuses) context.noted(status);
      told ??= [];
      told.push({ instrument: instrument.number, binary: undefined, text: undefined, statuses });
    }
    if (told === undefined) return;
    for (const client of this.#clients) {
      if (client.streams.size > 0 && !client.closed) tellClient(client, told, context);
    }
  }
}

function tellClient(client: Client, told: readonly Told[], context: FlushContext): void {
  for (const one of told) {
    if (!client.streams.hasInstrument(one.instrument)) continue;
    if (client.json) {
      one.text ??= one.statuses.map((status) => jsonFrame(status, 'number'));
      context.outbox.add(client, one.text);
    } else {
      one.binary ??= context.frames.ofMessages(one.statuses, 0, context.nowUs, undefined);
      const { plain } = one.binary;
      context.outbox.add(client, client.encoding === 'protobuf' ? plain : one.binary.markedFor(1));
    }
  }
}
