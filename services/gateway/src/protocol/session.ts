import type { Grant } from '@tapecast/access';
import type { Channel } from '@tapecast/market';
import { CLOSE_CODES, type CloseReason } from '@tapecast/wire';
import type { DepartureReason } from '../drain/departures.ts';
import type { Client } from '../fanout/client.ts';
import type { PausedPosition } from '../fanout/fanout.ts';
import type { StreamGroup } from '../fanout/stream-group.ts';
import { pairOf } from '../fanout/stream-list.ts';
import type { GatewayLimits } from '../limits.ts';
import type { SessionIdentity } from '../sessions/identity.ts';
import { OwnIdentity } from '../sessions/identity.ts';
import type { ResumedStream, Resuming } from '../sessions/resumptions.ts';
import type { SlowState } from '../slow/slow-consumers.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import { type Rate, spend, underRate, WindowCount } from './rate.ts';

/** What a connection may do. One object for all that may the same. */
export interface SessionRates {
  readonly messages: Rate;
  readonly bytes: Rate;
  readonly pairs: Rate;
}

export const ratesOf = (limits: GatewayLimits): SessionRates => ({
  messages: { burst: limits.messagesBurst, perSecond: limits.messagesPerSecond },
  bytes: { burst: limits.bytesBurst, perSecond: limits.bytesPerSecond },
  pairs: { burst: limits.pairsBurst, perSecond: limits.pairsPerSecond },
});

/** Of one that has not shown who it is. */
export interface AtTheDoor {
  messages: number;
  bytes: number;
  /** `auth` messages that failed. */
  authFailures: number;
}

/**
 * One connection: who it is, what it subscribed, and how it behaves. There are very many, and most are idle: what only some
 * need is made when they need it.
 */
export class Session {
  readonly client: Client;
  /** Names the connection among all there ever are. */
  readonly connection: string;
  /** The session that it took up; it speaks for its own otherwise. */
  #taken: SessionIdentity | undefined;
  /** Another connection speaks for the session now. */
  replaced = false;
  /** Of its last `resume`. */
  sessionResumed = false;
  /** There while it is told what it missed before it came. */
  resuming: Resuming | undefined;
  /** What it may have; undefined until somebody said who it is. Then it is never undefined again. */
  grant: Grant | undefined;
  /** Unix ms of its handshake. */
  readonly openedAtMs: number;
  /** What it sent before there was one. */
  #door: AtTheDoor | undefined;
  helloTold = false;
  /** Was told to connect elsewhere, and why: it is expected to go. */
  leaving: DepartureReason | undefined;
  /** Which degradation it was told last; see `degrade/`. */
  degradedTold = 0;
  /** `auth_expiring` was told of this grant. */
  expiringTold = false;
  /** Distinct instruments it may hold. */
  symbolsMax: number;
  /** A message that waits for the store or a token's check is being answered; later ones wait behind it, so that answers keep their order. */
  busy = false;
  #rates: SessionRates;
  #messagesFullAtMs = 0;
  #bytesFullAtMs = 0;
  #pairsFullAtMs = 0;
  #badMessages: WindowCount | undefined;
  heartbeats = 0;
  pingedAtMs: number;
  /** There where it did not keep up; see `slow/`. */
  slow: SlowState<PausedPosition> | undefined;
  stalledSinceMs = 0;
  /** At the last look. */
  unreadBytes = 0;

  /** `rates` are those of the limits. */
  constructor(client: Client, limits: GatewayLimits, rates: SessionRates, nowMs: number) {
    this.client = client;
    this.connection = client.session;
    this.openedAtMs = nowMs;
    this.symbolsMax = limits.subscriptionsPerConnectionMax;
    this.#rates = rates;
    this.pingedAtMs = nowMs;
  }

  /** Whose session it speaks for: its own, or an earlier one's that it took up. */
  get identity(): SessionIdentity {
    return this.#taken ?? new OwnIdentity(this.connection, this.openedAtMs);
  }

  set identity(taken: SessionIdentity) {
    this.#taken = taken;
  }

  get id(): string {
    return this.#taken?.id ?? this.connection;
  }

  /** As it stands before anybody said who it is. */
  atTheDoor(): AtTheDoor {
    this.#door ??= { messages: 0, bytes: 0, authFailures: 0 };
    return this.#door;
  }

  get rates(): SessionRates {
    return this.#rates;
  }

  /** From now on this grant holds, and its limits where they are lower than the gateway's. */
  admit(grant: Grant, limits: GatewayLimits, nowMs: number): void {
    this.grant = grant;
    this.#door = undefined;
    this.expiringTold = false;
    this.symbolsMax = Math.min(limits.subscriptionsPerConnectionMax, grant.limits.symbols ?? Infinity);
    const perSecond = Math.min(limits.messagesPerSecond, grant.limits.messagesPerSecond ?? Infinity);
    const { messages } = this.#rates;
    if (perSecond === messages.perSecond) return;
    const burst = Math.ceil((limits.messagesBurst * perSecond) / limits.messagesPerSecond);
    this.#rates = { ...this.#rates, messages: { burst, perSecond } };
    this.#messagesFullAtMs = underRate(messages, this.#rates.messages, this.#messagesFullAtMs, nowMs);
  }

  /** False, and nothing is taken, where it may not send one now; so with the others. */
  takeMessage(nowMs: number): boolean {
    const fullAtMs = spend(this.#rates.messages, this.#messagesFullAtMs, nowMs);
    if (fullAtMs !== undefined) this.#messagesFullAtMs = fullAtMs;
    return fullAtMs !== undefined;
  }

  takeBytes(nowMs: number, count: number): boolean {
    const fullAtMs = spend(this.#rates.bytes, this.#bytesFullAtMs, nowMs, count);
    if (fullAtMs !== undefined) this.#bytesFullAtMs = fullAtMs;
    return fullAtMs !== undefined;
  }

  takePairs(nowMs: number, count: number): boolean {
    const fullAtMs = spend(this.#rates.pairs, this.#pairsFullAtMs, nowMs, count);
    if (fullAtMs !== undefined) this.#pairsFullAtMs = fullAtMs;
    return fullAtMs !== undefined;
  }

  takeBadMessage({ badMessagesMax, badMessagesWindowMs }: GatewayLimits, nowMs: number): boolean {
    this.#badMessages ??= new WindowCount(badMessagesMax, badMessagesWindowMs, nowMs);
    return this.#badMessages.take(nowMs);
  }

  /** Its stream of the channel, at whatever interval; undefined where it has none. */
  streamOf(held: HeldInstrument, channel: Channel): StreamGroup | undefined {
    return this.client.streams.find(pairOf(held.number, channel));
  }

  /** Where the client is in a stream that it has. */
  positionIn(stream: StreamGroup): { epoch: string; seq: number } {
    const ahead = this.isAheadIn(stream);
    if (ahead !== undefined) return { epoch: ahead.epoch, seq: ahead.at };
    return { epoch: stream.instrument.view.epoch, seq: stream.told };
  }

  /** It came back with more than this gateway was told, and is told nothing of the stream until that changes. */
  isAheadIn(stream: StreamGroup): ResumedStream | undefined {
    return this.resuming?.ahead.find(({ group }) => group === stream);
  }

  /** Unix ms of the last frame that this client was sent, by itself or with others. */
  lastToldAtMs(): number {
    let last = this.client.toldAtMs;
    if (this.client.paused !== undefined) return last;
    for (const { toldAtMs } of this.client.streams) if (toldAtMs > last) last = toldAtMs;
    return last;
  }

  /** Closes with a code of the catalogue; the socket's `close` event follows at once. */
  end(reason: CloseReason): void {
    if (this.client.closed) return;
    this.client.journal?.closed(this.client.session, reason);
    this.client.socket.end(CLOSE_CODES[reason].code, reasonText(CLOSE_CODES[reason].when));
  }
}

/** A close reason may have 123 bytes; the catalogue's texts are ASCII. */
const reasonText = (text: string): string => (text.length <= 123 ? text : text.slice(0, 123));
