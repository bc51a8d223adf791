import type { Grant } from '@tapecast/access';
import type { Channel } from '@tapecast/market';
import type { StoredSession } from '@tapecast/market-state';
import { CLOSE_CODES, type ClientMessage, type CloseReason, type ErrorMessage } from '@tapecast/wire';
import type { DepartureReason } from '../drain/departures.ts';
import type { Client } from '../fanout/client.ts';
import type { PausedPosition } from '../fanout/fanout.ts';
import type { StreamGroup } from '../fanout/stream-group.ts';
import { pairOf } from '../fanout/stream-list.ts';
import type { GatewayLimits } from '../limits.ts';
import type { SessionIdentity } from '../sessions/identity.ts';
import { newIdentity } from '../sessions/identity.ts';
import type { ResumedStream, Resuming } from '../sessions/resumptions.ts';
import type { SlowState } from '../slow/slow-consumers.ts';
import type { HeldInstrument } from '../subscriptions/held-instrument.ts';
import { TokenBucket, WindowCount } from './rate.ts';

/** One connection: who it is, what it subscribed, and how it behaves. */
export class Session {
  readonly client: Client;
  /** Names the connection among all there ever are. */
  readonly connection: string;
  /** Whose session it speaks for: its own, or an earlier one's that it took up. */
  identity: SessionIdentity;
  /** Another connection speaks for the session now. */
  replaced = false;
  /** Of its last `resume`. */
  sessionResumed = false;
  /** What the session had, until the last message of a resume of several. */
  owed: StoredSession | undefined;
  /** There while it is told what it missed before it came. */
  resuming: Resuming | undefined;
  /** What it may have; undefined until somebody said who it is. Then it is never undefined again. */
  grant: Grant | undefined;
  /** Unix ms of its handshake, and by which there must be one. */
  readonly openedAtMs: number;
  readonly authByMs: number;
  /** `auth` messages that failed before there was one. */
  authFailures = 0;
  /** Messages before there was one, and their bytes. */
  unadmittedMessages = 0;
  unadmittedBytes = 0;
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
  readonly waiting: (ClientMessage | ErrorMessage)[] = [];
  readonly messages: TokenBucket;
  readonly bytes: TokenBucket;
  readonly pairs: TokenBucket;
  readonly badMessages: WindowCount;
  heartbeats = 0;
  pingedAtMs: number;
  /** There where it did not keep up; see `slow/`. */
  slow: SlowState<PausedPosition> | undefined;
  stalledSinceMs = 0;
  /** At the last look. */
  unreadBytes = 0;

  constructor(client: Client, limits: GatewayLimits, nowMs: number) {
    this.client = client;
    this.connection = client.session;
    this.identity = newIdentity(client.session, nowMs);
    this.openedAtMs = nowMs;
    this.authByMs = nowMs + limits.authMs;
    this.symbolsMax = limits.subscriptionsPerConnectionMax;
    this.messages = new TokenBucket(limits.messagesBurst, limits.messagesPerSecond, nowMs);
    this.bytes = new TokenBucket(limits.bytesBurst, limits.bytesPerSecond, nowMs);
    this.pairs = new TokenBucket(limits.pairsBurst, limits.pairsPerSecond, nowMs);
    this.badMessages = new WindowCount(limits.badMessagesMax, limits.badMessagesWindowMs, nowMs);
    this.pingedAtMs = nowMs;
  }

  /** From now on this grant holds, and its limits where they are lower than the gateway's. */
  admit(grant: Grant, limits: GatewayLimits): void {
    this.grant = grant;
    this.expiringTold = false;
    this.symbolsMax = Math.min(limits.subscriptionsPerConnectionMax, grant.limits.symbols ?? Infinity);
    const perSecond = Math.min(limits.messagesPerSecond, grant.limits.messagesPerSecond ?? Infinity);
    this.messages.limit(Math.ceil((limits.messagesBurst * perSecond) / limits.messagesPerSecond), perSecond);
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
