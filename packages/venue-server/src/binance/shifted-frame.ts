/** How a copy of a symbol differs from what was recorded. */
export interface Copy {
  /** Upper case. */
  readonly from: string;
  readonly to: string;
  /** Whole milliseconds added to receive and exchange times alike. */
  readonly shiftMs: number;
}

const EVENT_TIME = /"E":(\d{13})/;
const TRADE_STREAM = /@(trade|aggTrade)"/;
const TRADE_TIME = /"T":(\d{13})/;

/** A combined frame (`{"stream":"btcusdt@trade","data":{…}}`) under another name, its times shifted. Ids stay. */
export function shiftedFrame(text: string, copy: Copy): string {
  const dataAt = text.indexOf('"data":');
  const head = text.slice(0, dataAt).replace(`${copy.from.toLowerCase()}@`, `${copy.to.toLowerCase()}@`);
  const shift = (key: string) => (_: string, ms: string) => `"${key}":${Number(ms) + copy.shiftMs}`;
  let data = text.slice(dataAt).replace(`"s":"${copy.from}"`, `"s":"${copy.to}"`).replace(EVENT_TIME, shift('E'));
  if (TRADE_STREAM.test(head)) data = data.replace(TRADE_TIME, shift('T'));
  return head + data;
}

/** Whether a stream can be shifted: bars can't by less than their interval, so copies have none. */
export function isShiftable(stream: string): boolean {
  return /@(trade|aggTrade|bookTicker|depth(@100ms)?)$/.test(stream);
}
