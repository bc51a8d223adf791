import { VenueError } from '../errors.ts';
import { limits } from '../limits.ts';

/** Which frames a fault counts or changes, and how many of them go by before it does. */
interface FrameTrigger {
  /** Part of a stream's name (`@trade`, `btcusdt@depth`); all frames where left out. */
  readonly stream?: string;
  /** So many of these frames go by first. 0, the default, is at once or with the next one. */
  readonly afterFrames?: number;
}

/** Misbehaviour on request. Each happens once, for all connections alike. */
export type Fault =
  /** Every connection is cut without a close frame. */
  | ({ readonly fault: 'cut' } & FrameTrigger)
  /** Nothing is sent for `ms`, pings neither; then all that was due, in order. */
  | ({ readonly fault: 'stall'; readonly ms: number } & FrameTrigger)
  /** The next `frames` frames are not sent. */
  | ({ readonly fault: 'drop'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames are sent twice, one after the other. */
  | ({ readonly fault: 'duplicate'; readonly frames: number } & FrameTrigger)
  /** The next `frames` frames are held back and sent in reverse once all are there, at the latest with the play's last frame. */
  | ({ readonly fault: 'reorder'; readonly frames: number } & FrameTrigger)
  /** One frame that is no JSON, or `text`; as a binary frame if `binary`. */
  | ({ readonly fault: 'garbage'; readonly text?: string; readonly binary?: boolean } & FrameTrigger)
  /** The venue's `serverShutdown` event, and `closeAfterMs` later (default 1000) a close with 1001. */
  | ({ readonly fault: 'server-shutdown'; readonly closeAfterMs?: number } & FrameTrigger)
  /** The next `requests` (default 1) depth snapshots are answered `ms` late, with the book of when they were asked. */
  | { readonly fault: 'snapshot-delay'; readonly ms: number; readonly requests?: number }
  /** The next `requests` (default 1) REST requests are answered with this status, 418 and 429 with `Retry-After`. */
  | {
      readonly fault: 'rest-status';
      readonly status: 418 | 429 | 500 | 503;
      readonly requests?: number;
      readonly retryAfterS?: number;
    };

/** What faults do beside changing frames. */
export interface FaultActions {
  cut(): void;
  stall(ms: number): void;
  garbage(text: string, binary: boolean): void;
  serverShutdown(closeAfterMs: number): void;
}

export interface RestFault {
  readonly delayMs: number;
  readonly status: number | undefined;
  readonly retryAfterS: number;
}

/** A frame as a fault sees it. */
export interface FaultedFrame {
  readonly stream: string;
}

const GARBAGE = '{"stream":"btcusdt@trade","data":{"e":"trade","E":17231';

/** Carries out faults in the order they were asked for. */
export class FaultInjector<Frame extends FaultedFrame> {
  readonly #actions: FaultActions;
  #waiting: { fault: Fault; pass: number; left: number; held: Frame[] }[] = [];

  constructor(actions: FaultActions) {
    this.#actions = actions;
  }

  /** Faults not done yet. */
  get pending(): readonly Fault[] {
    return this.#waiting.map(({ fault }) => fault);
  }

  add(fault: Fault): void {
    if (this.#waiting.length >= limits.faultsMax)
      throw new VenueError('bad_fault', `${limits.faultsMax} faults are waiting already.`);
    const pass = 'afterFrames' in fault ? (fault.afterFrames ?? 0) : 0;
    const left = 'frames' in fault ? fault.frames : 'requests' in fault ? (fault.requests ?? 1) : 1;
    if (pass === 0 && this.#act(fault)) return;
    this.#waiting.push({ fault, pass, left, held: [] });
  }

  /** Sends one frame through the faults: `deliver` is called for what goes out, no, one or several times. */
  pass(frame: Frame, deliver: (frame: Frame) => void): void {
    if (this.#waiting.length === 0) {
      deliver(frame);
      return;
    }
    let changed = false;
    const due: Fault[] = [];
    for (const waiting of this.#waiting) {
      const { fault } = waiting;
      if (isRestFault(fault) || !frame.stream.includes(fault.stream ?? '')) continue;
      if ('frames' in fault) {
        if (waiting.pass > 0) waiting.pass--;
        else if (!changed) {
          changed = true;
          this.#change(waiting, fault, frame, deliver);
        }
      } else if (--waiting.pass <= 0) {
        due.push(fault);
        this.#remove(waiting);
      }
    }
    if (!changed) deliver(frame);
    for (const fault of due) this.#act(fault);
  }

  /** The play is over: what a reorder still holds goes out. */
  flush(deliver: (frame: Frame) => void): void {
    for (const { held } of this.#waiting) for (const frame of held.splice(0).reverse()) deliver(frame);
  }

  /** What happens to the next REST request. */
  rest(isSnapshot: boolean): RestFault {
    let result: RestFault = { delayMs: 0, status: undefined, retryAfterS: 1 };
    for (const waiting of this.#waiting) {
      const { fault } = waiting;
      if (fault.fault === 'snapshot-delay' && isSnapshot && result.delayMs === 0)
        result = { ...result, delayMs: fault.ms };
      else if (fault.fault === 'rest-status' && result.status === undefined) {
        result = { ...result, status: fault.status, retryAfterS: fault.retryAfterS ?? 1 };
      } else continue;
      if (--waiting.left === 0) this.#remove(waiting);
    }
    return result;
  }

  /** Carries out a fault that is no change of frames or answers; false for those. */
  #act(fault: Fault): boolean {
    switch (fault.fault) {
      case 'cut':
        this.#actions.cut();
        return true;
      case 'stall':
        this.#actions.stall(fault.ms);
        return true;
      case 'garbage':
        this.#actions.garbage(fault.text ?? GARBAGE, fault.binary ?? false);
        return true;
      case 'server-shutdown':
        this.#actions.serverShutdown(fault.closeAfterMs ?? 1000);
        return true;
      default:
        return false;
    }
  }

  #change(
    waiting: { left: number; held: Frame[]; fault: Fault; pass: number },
    fault: Fault,
    frame: Frame,
    deliver: (frame: Frame) => void,
  ): void {
    waiting.left--;
    if (fault.fault === 'duplicate') {
      deliver(frame);
      deliver(frame);
    } else if (fault.fault === 'reorder') {
      waiting.held.push(frame);
      if (waiting.left === 0) for (const held of waiting.held.reverse()) deliver(held);
    }
    if (waiting.left === 0) this.#remove(waiting);
  }

  #remove(waiting: { fault: Fault }): void {
    this.#waiting = this.#waiting.filter((each) => each !== waiting);
  }
}

function isRestFault(fault: Fault): fault is Extract<Fault, { fault: 'snapshot-delay' | 'rest-status' }> {
  return fault.fault === 'snapshot-delay' || fault.fault === 'rest-status';
}
