import { VenueError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { FrameStyle, KlineShape, KlineValues, Spelling } from './frames.ts';
import type { ItickEntry } from './play-plan.ts';

/** Which frames a fault counts or changes, and how many of them go by before it does. */
interface FrameTrigger {
  /** Part of a frame's name: `IBM$US@tick`, `@depth`. All frames where left out. */
  readonly stream?: string;
  /** So many of these frames go by first. 0, the default, is at once or with the next one. */
  readonly afterFrames?: number;
}

/** So many of the next connections or requests; default 1. */
interface Times {
  readonly times?: number;
}

/** Misbehaviour on request. Each happens once, or as often as it says, for all connections alike. */
export type ItickFault =
  // To frames.
  /** The next `frames` frames are not sent. */
  | ({ readonly fault: 'drop'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames are sent twice, one after the other. */
  | ({ readonly fault: 'duplicate'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames are held back and sent in reverse once all are there, at the latest with the play's last frame. */
  | ({ readonly fault: 'reorder'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames are each sent as two WebSocket fragments. */
  | ({ readonly fault: 'fragment'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames hold the first half of their text only. */
  | ({ readonly fault: 'truncate'; readonly frames: number } & FrameTrigger)
  /** Of the next frame half of the bytes are sent, then every connection that gets it is cut. */
  | ({ readonly fault: 'half-frame' } & FrameTrigger)
  /** The next `frames` frames spell their symbol so: `ibm`, `IBM$US`, `IBM.US`, `I_BM`, or `IBM` without `r`. */
  | ({ readonly fault: 'spelling'; readonly frames: number; readonly as: Spelling } & FrameTrigger)
  /** The next `frames` frames have their numbers as strings. */
  | ({ readonly fault: 'string-numbers'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames have `t` 0; a depth has none anyway. */
  | ({ readonly fault: 'zero-time'; readonly frames: number } & FrameTrigger)
  /** The next `frames` depths have five levels a side, not in order; the best ones are the recording's. */
  | ({ readonly fault: 'unsorted-depth'; readonly frames: number } & FrameTrigger)
  /** The next `frames` ticks say their session, `te`: 0 regular, 1 before, 2 after it. */
  | ({ readonly fault: 'session'; readonly frames: number; readonly te: number } & FrameTrigger)

  // To connections.
  /** Every connection is cut without a close frame. */
  | ({ readonly fault: 'cut' } & FrameTrigger)
  /** Every connection is closed so; 1000 where nothing is said. */
  | ({ readonly fault: 'close'; readonly code?: number; readonly reason?: string } & FrameTrigger)
  /** Every connection is told `no action` and closed with 1000, as after an unsubscribe (1.4). */
  | ({ readonly fault: 'unsubscribe-close' } & FrameTrigger)
  /** Every connection is cut as one that reads too slowly is (1.7). */
  | ({ readonly fault: 'slow-consumer-cut' } & FrameTrigger)
  /** Nothing is sent for `ms`, no reply and no pong of either kind; then all that was due, in order. */
  | ({ readonly fault: 'stall'; readonly ms: number } & FrameTrigger)
  /** JSON pings of the next `ms` stay without an answer; all else goes on. */
  | { readonly fault: 'no-pongs'; readonly ms: number }
  /** The next JSON pings are answered with another number than theirs. */
  | ({ readonly fault: 'wrong-pong' } & Times)
  /** One frame that is no JSON, or `text`; as a binary frame if `binary`. To every connection. */
  | ({ readonly fault: 'garbage'; readonly text?: string; readonly binary?: boolean } & FrameTrigger)
  /** A market message of a type that is not documented, in the envelope of those that are. */
  | ({ readonly fault: 'unknown-type'; readonly type?: string } & FrameTrigger)
  /** A k-line in one of the three shapes that are about. Default: one minute of the first instrument. */
  | ({
      readonly fault: 'kline';
      readonly shape: KlineShape;
      readonly instrument?: string;
      readonly period?: number;
    } & Partial<KlineValues> &
      FrameTrigger)

  // To requests, from when it was asked for.
  /** The next upgrades are answered with this HTTP status. */
  | ({ readonly fault: 'refuse'; readonly status: number } & Times)
  /** The auth reply of the next connections comes `ms` late. */
  | ({ readonly fault: 'auth-delay'; readonly ms: number } & Times)
  /** The next connections get no auth reply at all. */
  | ({ readonly fault: 'auth-silence' } & Times)
  /** The next connections are answered `auth failed` and closed, whatever their token. */
  | ({ readonly fault: 'auth-fail' } & Times)
  /** The auth reply of the next connections has the key in it, as an older page shows it (1.2). */
  | ({ readonly fault: 'auth-echo' } & Times)
  /** The next subscribes are answered `exceeding the maximum subscription limit`. */
  | ({ readonly fault: 'plan-exceeded' } & Times)
  /** The next subscribes are answered `cannot be resolved action`. */
  | ({ readonly fault: 'not-resolved' } & Times)
  /** The next subscribes count, but are not answered. */
  | ({ readonly fault: 'subscribe-silence' } & Times);

export type ItickFaultName = ItickFault['fault'];

/** What faults do beside changing frames. */
export interface ItickFaultActions {
  cut(): void;
  close(code: number, reason: string): void;
  unsubscribeClose(): void;
  stall(ms: number): void;
  noPongs(ms: number): void;
  send(text: string, binary: boolean): void;
  unknownType(type: string): void;
  kline(fault: Extract<ItickFault, { fault: 'kline' }>): void;
}

export type Deliver = (entry: ItickEntry, style: FrameStyle) => void;

interface Waiting {
  readonly fault: ItickFault;
  /** Frames that still go by before it begins. */
  pass: number;
  /** Frames, connections or requests that it still takes. */
  left: number;
  readonly held: ItickEntry[];
}

const GARBAGE = '{"code":1,"data":{"s":"IBM","r":"US","ld":186.';
const PLAIN: FrameStyle = {};
const UNSORTED_LEVELS = 5;

/** Carries out faults in the order they were asked for. */
export class ItickFaults {
  readonly #actions: ItickFaultActions;
  #waiting: Waiting[] = [];

  constructor(actions: ItickFaultActions) {
    this.#actions = actions;
  }

  /** Faults not done yet. */
  get pending(): readonly ItickFault[] {
    return this.#waiting.map(({ fault }) => fault);
  }

  add(fault: ItickFault): void {
    if (this.#waiting.length >= limits.faultsMax)
      throw new VenueError('bad_fault', `${limits.faultsMax} faults are waiting already.`);
    const pass = 'afterFrames' in fault ? (fault.afterFrames ?? 0) : 0;
    const left = 'frames' in fault ? fault.frames : 'times' in fault ? (fault.times ?? 1) : 1;
    if (pass === 0 && this.#act(fault)) return;
    this.#waiting.push({ fault, pass, left, held: [] });
  }

  /** Sends one frame through the faults: `deliver` is called for what goes out, no, one or several times. */
  pass(entry: ItickEntry, deliver: Deliver): void {
    if (this.#waiting.length === 0) {
      deliver(entry, PLAIN);
      return;
    }
    const name = `${entry.instrument.name}@${entry.type}`;
    let changed = false;
    const due: ItickFault[] = [];
    for (const waiting of this.#waiting) {
      const { fault } = waiting;
      if (!isTriggered(fault) || !name.includes(fault.stream ?? '')) continue;
      if ('frames' in fault || fault.fault === 'half-frame') {
        if (waiting.pass > 0) waiting.pass--;
        else if (!changed) {
          changed = true;
          this.#change(waiting, entry, deliver);
        }
      } else if (--waiting.pass <= 0) {
        due.push(fault);
        this.#remove(waiting);
      }
    }
    if (!changed) deliver(entry, PLAIN);
    for (const fault of due) this.#act(fault);
  }

  /** The play is over: what a reorder still holds goes out. */
  flush(deliver: Deliver): void {
    for (const { held } of this.#waiting) for (const entry of held.splice(0).reverse()) deliver(entry, PLAIN);
  }

  /** Whether the next connection or request is to suffer this; each answer counts as one. */
  take<Name extends ItickFaultName>(name: Name): Extract<ItickFault, { fault: Name }> | undefined {
    const waiting = this.#waiting.find(({ fault }) => fault.fault === name);
    if (waiting === undefined) return undefined;
    if (--waiting.left === 0) this.#remove(waiting);
    return waiting.fault as Extract<ItickFault, { fault: Name }>;
  }

  /** Carries out a fault that happens at a moment; false for those that wait for a frame, a connection or a request. */
  #act(fault: ItickFault): boolean {
    switch (fault.fault) {
      case 'cut':
      case 'slow-consumer-cut':
        this.#actions.cut();
        return true;
      case 'close':
        this.#actions.close(fault.code ?? 1000, fault.reason ?? '');
        return true;
      case 'unsubscribe-close':
        this.#actions.unsubscribeClose();
        return true;
      case 'stall':
        this.#actions.stall(fault.ms);
        return true;
      case 'no-pongs':
        this.#actions.noPongs(fault.ms);
        return true;
      case 'garbage':
        this.#actions.send(fault.text ?? GARBAGE, fault.binary ?? false);
        return true;
      case 'unknown-type':
        this.#actions.unknownType(fault.type ?? 'news');
        return true;
      case 'kline':
        this.#actions.kline(fault);
        return true;
      default:
        return false;
    }
  }

  #change(waiting: Waiting, entry: ItickEntry, deliver: Deliver): void {
    const { fault, held } = waiting;
    waiting.left--;
    if (fault.fault === 'duplicate') {
      deliver(entry, PLAIN);
      deliver(entry, PLAIN);
    } else if (fault.fault === 'reorder') {
      held.push(entry);
      if (waiting.left === 0) for (const each of held.reverse()) deliver(each, PLAIN);
    } else if (fault.fault !== 'drop') {
      deliver(entry, styleOf(fault));
    }
    if (waiting.left === 0) this.#remove(waiting);
  }

  #remove(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
  }
}

function styleOf(fault: ItickFault): FrameStyle {
  switch (fault.fault) {
    case 'fragment':
      return { fragments: true };
    case 'truncate':
      return { truncated: true };
    case 'half-frame':
      return { cutMidway: true };
    case 'spelling':
      return { spelling: fault.as };
    case 'string-numbers':
      return { strings: true };
    case 'zero-time':
      return { zeroTime: true };
    case 'unsorted-depth':
      return { unsortedLevels: UNSORTED_LEVELS };
    case 'session':
      return { session: fault.te };
    default:
      return PLAIN;
  }
}

/** Whether frames count for it, or are changed by it. */
function isTriggered(fault: ItickFault): fault is Extract<ItickFault, FrameTrigger> & FrameTrigger {
  return !REQUEST_FAULTS.has(fault.fault);
}

const REQUEST_FAULTS: ReadonlySet<ItickFaultName> = new Set<ItickFaultName>([
  'wrong-pong',
  'refuse',
  'auth-delay',
  'auth-silence',
  'auth-fail',
  'auth-echo',
  'plan-exceeded',
  'not-resolved',
  'subscribe-silence',
]);
