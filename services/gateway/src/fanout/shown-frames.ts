import type { ControlMessage, DataMessage, NoticeMessage } from '@tapecast/wire';
import type { Client } from './client.ts';
import type { FlushContext } from './flush-context.ts';
import type { BinaryFrame } from './frame-writer.ts';
import { type JsonFrame, jsonFrame } from './json-frame.ts';

type Message = DataMessage | ControlMessage;

/** Messages for single clients, encoded when the first of each encoding asks, then kept for others who ask for the same. */
export class ShownFrames {
  readonly #streamNumber: number;
  readonly #messages: readonly Message[];
  readonly #notices: readonly NoticeMessage[];
  #binary: { frame: BinaryFrame; messages: number }[] | undefined;
  #numbers: JsonFrame[] | undefined;
  #strings: JsonFrame[] | undefined;

  constructor(streamNumber: number, messages: readonly Message[]) {
    this.#streamNumber = streamNumber;
    this.#messages = messages;
    this.#notices = messages.filter((message) => message.type === 'notice');
  }

  /** Sends them to one client; text waits for its `drain`. */
  sendTo(client: Client, context: FlushContext): void {
    if (this.#messages.length === 0) return;
    for (const notice of this.#notices) client.journal?.told(client.session, notice);
    if (!client.json) {
      this.#binary ??= context.frames.allOf(this.#messages, this.#streamNumber, context.nowUs, undefined);
      for (const { frame, messages } of this.#binary) {
        const bytes = client.encoding === 'protobuf' ? frame.plain : frame.markedFor(1);
        client.tellFrame(bytes, context.nowUs);
        context.delivered(messages, 1, bytes.byteLength);
      }
      return;
    }
    const frames = client.encoding === 'json' ? this.#asNumbers() : this.#asStrings();
    context.outbox.add(client, frames);
    for (const frame of frames) context.delivered(1, 1, frame.byteLength);
  }

  #asNumbers(): JsonFrame[] {
    this.#numbers ??= this.#messages.map((message) => jsonFrame(message, 'number'));
    return this.#numbers;
  }

  #asStrings(): JsonFrame[] {
    this.#strings ??= this.#messages.map((message) => jsonFrame(message, 'string'));
    return this.#strings;
  }
}
