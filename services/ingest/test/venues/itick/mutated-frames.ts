/** The format page's own samples and variants, and some with what recordings have. */
export const SAMPLES: readonly string[] = [
  '{"code":1,"data":{"s":"EURUSD","r":"GB","ld":225.215,"v":16742235,"t":1731689407000,"type":"tick"}}',
  '{"code":1,"data":{"s":"AAPL","r":"US","ld":225.215,"o":226.27,"h":226.92,"l":224.44,"p":226.27,"ch":-3.24,"chp":-1.17,"t":1731689407000,"v":16742235,"tu":3774688301.452,"ts":0,"type":"quote"}}',
  '{"code":1,"data":{"s":"AAPL","r":"US","a":[{"po":1,"p":330.01,"v":10,"o":1},{"po":2,"p":330.02,"v":20,"o":2}],"b":[{"po":1,"p":329.99,"v":10,"o":1},{"po":2,"p":329.9,"v":5,"o":1}],"type":"depth"}}',
  '{"code":1,"data":{"tu":157513,"c":3059.39,"t":1731660060000,"v":28,"h":3061.41,"l":3055.24,"o":3055.36,"type":"kline@1","s":"EURUSD","r":"GB"}}',
  '{"code":0,"msg":null,"data":{"s":"AAPL.US","t":1,"k":{"tu":157513,"c":3059.39,"t":1731660060000,"v":28,"h":3061.41,"l":3055.24,"o":3055.36}}}',
  '{"o":1.14025,"h":1.14029,"l":1.14021,"c":1.14024,"v":291.8,"tu":332.725565,"t":1782889500000,"s":"eurusd","type":"kline@1"}',
  '{"code":1,"data":{"s":"AAPL.US","ld":225.215,"v":3,"t":1731689407000,"te":1,"d":2,"type":"tick"}}',
  '{"code":1,"data":{"s":"EURUSD$GB","a":[{"po":1,"p":1.0602,"v":0,"o":0}],"b":[{"po":1,"p":1.0601,"v":0,"o":0}],"type":"depth"}}',
  '{"code":1,"data":{"s":"ETH_USDT","r":"BA","ld":3100.01,"v":0.0421,"tu":130.510421,"t":1731689407000,"d":"2","type":"tick"}}',
  '{"code":1,"data":{"s":"700","r":"HK","ld":"412.2","v":"500","t":"1731689407000","type":"tick"}}',
  '{"code":1,"data":{"s":"IBM","r":"US","ld":181.6634,"v":100,"t":0,"type":"tick"}}',
  '{"code":1,"data":{"s":"IBM","r":"US","ld":1.816634E2,"v":1e2,"t":1731689407000,"type":"tick"}}',
  '{"code":1,"data":{"s":"ETHUSDT","r":"BA","b":[{"po":2,"p":3100.5,"v":2.5,"o":2.5},{"po":1,"p":3101,"v":1.25,"o":1.25}],"a":[{"po":1,"p":3101.5,"v":3,"o":3}],"t":1731689407000,"type":"depth"}}',
  '{"code":1,"data":{"s":"ETHUSDT","r":"BA","ld":3100.01,"o":3000,"h":3200.5,"l":2999.99,"p":3000.1,"t":1731689407000,"v":123456.789,"tu":380123456789012345678.12,"type":"quote"}}',
  '{"code":1,"data":{"s":"700","r":"HK","ld":0,"o":0,"h":0,"l":0,"p":412.2,"t":1731689407000,"v":0,"tu":0,"ts":3,"type":"quote"}}',
  '{"code":1,"data":{"s":"IBM","r":"US","o":1,"h":2,"l":1,"c":2,"v":5,"t":1731660000000,"type":"kline@1w"}}',
  '{"code":1,"msg":"Connected Successfully"}',
  '{"code":1,"resAc":"auth","msg":"authenticated"}',
  '{"code":0,"resAc":"subscribe","msg":"cannot be resolved action"}',
  '{"resAc":"pong","data":{"params":"1731688569840"}}',
];

const NUMBERS = [
  '0',
  '-0',
  '-1.5',
  '00.5',
  '.5',
  '5.',
  '+1',
  '1e3',
  '1.674E7',
  '8.12e-7',
  '1e400',
  '1e-400',
  '12345678901234567890',
  '1.2345678901234567890',
  '9007199254740993',
  '9007199254740991',
  '0.1234567891',
  '225.21500000000003',
  '225.2150',
  '"225.215"',
  '"1e2"',
  '" 1"',
  '"0x10"',
  'NaN',
  'Infinity',
  'null',
  'true',
  '""',
  '[]',
  '{}',
  '[1]',
];
const TYPES = ['tick', 'quote', 'depth', 'kline@1', 'kline@3', 'kline@6', 'kline@11', 'kline@1M', 'kline@', 'news', ''];
const KEYS = [
  's',
  'r',
  'ld',
  'v',
  't',
  'type',
  'te',
  'd',
  'o',
  'h',
  'l',
  'p',
  'c',
  'tu',
  'ts',
  'a',
  'b',
  'k',
  'code',
  'data',
  'x',
];
const SYMBOLS = [
  'AAPL',
  'aapl',
  'AAPL.US',
  'AAPL$US',
  'A_APL',
  'EURUSD',
  '700',
  '700$HK',
  'eth_usdt',
  'IBM',
  'NOPE',
  'ſBM',
  '',
];
const PIECES = [
  '"',
  '\\',
  '\\u0041',
  '\\n',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\t',
  '\u0000',
  '\u00a0',
  '∞',
  '-',
  '.',
  '0',
  '9',
  'e5',
];

/** Small, fast and told by its seed. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }
  below(bound: number): number {
    // Xorshift, 32 bits.
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** A sample with one or two things wrong, or other. */
export function mutate(random: Random): Buffer {
  let frame: Buffer = Buffer.from(random.of(SAMPLES));
  for (let left = random.below(3) === 0 ? 2 : 1; left > 0; left--) frame = once(frame, random);
  return frame;
}

function once(frame: Buffer, random: Random): Buffer {
  const at = random.below(frame.length + 1);
  const text = frame.toString('utf8');
  switch (random.below(10)) {
    case 0: {
      const flipped = Buffer.from(frame);
      if (at < frame.length) flipped[at] = flipped[at]! ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return frame.subarray(0, at);
    case 2: {
      const other = Buffer.from(random.of(SAMPLES));
      return Buffer.concat([frame.subarray(0, at), other.subarray(random.below(other.length))]);
    }
    case 3:
      return Buffer.concat([frame.subarray(0, at), Buffer.from(random.of(PIECES)), frame.subarray(at)]);
    case 4:
      return Buffer.concat([frame.subarray(0, at), frame.subarray(Math.min(frame.length, at + 1 + random.below(8)))]);
    case 5:
      return Buffer.from(replaceOne(text, /-?\d+(\.\d+)?/g, random.of(NUMBERS), random));
    case 6:
      return Buffer.from(replaceOne(text, /-?\d+(\.\d+)?/g, String(random.below(1_000_000_000)), random));
    case 7:
      return Buffer.from(text.replace(/"type":"[^"]*"/, `"type":"${random.of(TYPES)}"`));
    case 8:
      return Buffer.from(replaceOne(text, /"[a-z]+":/gi, `"${random.of(KEYS)}":`, random));
    default:
      return Buffer.from(text.replace(/"s":"[^"]*"/, `"s":"${random.of(SYMBOLS)}"`));
  }
}

/** One of the places that match, chosen at random. */
function replaceOne(text: string, pattern: RegExp, by: string, random: Random): string {
  const places = [...text.matchAll(pattern)];
  if (places.length === 0) return text;
  const place = random.of(places);
  return text.slice(0, place.index) + by + text.slice(place.index + place[0].length);
}
