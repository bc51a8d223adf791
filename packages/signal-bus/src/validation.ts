import { SignalBusError } from './errors.ts';
import { CHANNEL_LENGTH_MAX, PAYLOAD_BYTES_MAX } from './limits.ts';

/** Printable ASCII without spaces and braces: braces would move the channel to another hash slot. */
const CHANNEL = /^[!-z|~]+$/;

export function checkChannel(channel: string): void {
  if (channel.length > CHANNEL_LENGTH_MAX || !CHANNEL.test(channel)) {
    throw new SignalBusError(
      'invalid',
      `a channel's name has 1 to ${CHANNEL_LENGTH_MAX} printable ASCII characters without spaces and braces, not ${JSON.stringify(channel.slice(0, CHANNEL_LENGTH_MAX))}`,
    );
  }
}

export function checkPayload(payload: Uint8Array): void {
  if (payload.length > PAYLOAD_BYTES_MAX)
    throw new SignalBusError('invalid', `a signal has at most ${PAYLOAD_BYTES_MAX} bytes, not ${payload.length}`);
}
