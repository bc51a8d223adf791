import { LEVELS_MAX } from './messages.ts';

/** Numbers of a market frame, by the place they are kept at. */
export const LD = 0;
export const V = 1;
export const TU = 2;
export const O = 3;
export const H = 4;
export const L = 5;
export const C = 6;
export const P = 7;
const NUMBERS = 8;

/** Whole numbers that are no prices. */
export const T = 8;
export const TS = 9;
export const TE = 10;
export const D = 11;

/** Levels of one side as they came: price and size units with their decimals, level by level. */
export class LevelFields {
  count = 0;
  readonly priceUnits = new Float64Array(LEVELS_MAX);
  readonly priceDecimals = new Uint8Array(LEVELS_MAX);
  readonly sizeUnits = new Float64Array(LEVELS_MAX);
  readonly sizeDecimals = new Uint8Array(LEVELS_MAX);
}

/**
 * What a market frame says, field by field, before it is judged: filled by the scanner or from parsed JSON, read by the
 * builders, used again for the next frame. A number is `units / 10^decimals`, exact; bit i of `has` says that field i is there.
 */
export class FrameFields {
  has = 0;
  readonly units = new Float64Array(NUMBERS);
  readonly decimals = new Uint8Array(NUMBERS);
  /** Sums of a day or bar that are no safe integers; undefined: see `units`. */
  bigVolume: bigint | undefined;
  bigTurnover: bigint | undefined;
  /** The sum's text had float noise: it is left out. */
  noisyVolume = false;
  noisyTurnover = false;
  timeMs = 0;
  tradingStatus = 0;
  session = 0;
  direction = 0;
  /** undefined: the frame has no such side. */
  asks: LevelFields | undefined;
  bids: LevelFields | undefined;
  readonly askLevels = new LevelFields();
  readonly bidLevels = new LevelFields();

  clear(): void {
    this.has = 0;
    this.bigVolume = undefined;
    this.bigTurnover = undefined;
    this.noisyVolume = false;
    this.noisyTurnover = false;
    this.asks = undefined;
    this.bids = undefined;
  }
}
