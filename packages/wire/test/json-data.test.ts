import { describe, expect, it } from 'vitest';
import { type DataMessage, encodeJsonControl, jsonData, type QuoteFields } from '../src/index.ts';

const at = { symbol: 'AAPL$US', priceDecimals: 2, sizeDecimals: 0, timestamp: 1731689407123 };
const unknown: QuoteFields = {
  last: undefined,
  open: undefined,
  high: undefined,
  low: undefined,
  prevClose: undefined,
  change: undefined,
  changePct: undefined,
  volume: undefined,
  turnover: undefined,
  vwap: undefined,
  bid: undefined,
  bidSize: undefined,
  ask: undefined,
  askSize: undefined,
  sinceMs: undefined,
};
const quote: QuoteFields = {
  last: 15025,
  open: 14900,
  high: 15100,
  low: 14890,
  prevClose: 14950,
  change: 75,
  changePct: 5017,
  volume: 1200n,
  turnover: 18030000n,
  vwap: 150250000n,
  bid: 15020,
  bidSize: 300,
  ask: 15025,
  askSize: 200,
  sinceMs: undefined,
};

function frame(message: DataMessage, seq: number, numbers: 'number' | 'string' = 'number'): string {
  const { head, tail } = jsonData(message, numbers);
  return `${head}${seq}${tail}`;
}

const trade: DataMessage = {
  ...at,
  type: 'trade',
  channel: 'trade',
  range: [412, 412],
  historySeq: undefined,
  trade: { id: '3721001', price: 15025, size: 100, side: 'buy', conditions: ['@'] },
};

describe('data frames are the texts of the protocol', () => {
  it('trade', () => {
    expect(frame(trade, 7)).toBe(
      '{"type":"trade","channel":"trade","seq":7,"symbol":"AAPL$US","id":"3721001","price":150.25,"size":100,"side":"buy","timestamp":1731689407123,"conditions":["@"],"range":[412,412]}',
    );
  });

  it('a trade of the history has no range and says so', () => {
    const history: DataMessage = { ...trade, range: undefined, historySeq: 400 };
    expect(frame(history, 8)).toBe(
      '{"type":"trade","channel":"trade","seq":8,"symbol":"AAPL$US","id":"3721001","price":150.25,"size":100,"side":"buy","timestamp":1731689407123,"conditions":["@"],"history":true}',
    );
  });

  it('a trade without id, side and conditions leaves them out', () => {
    const bare: DataMessage = { ...trade, trade: { id: '', price: 15025, size: 100, side: undefined, conditions: [] } };
    expect(frame(bare, 7)).toBe(
      '{"type":"trade","channel":"trade","seq":7,"symbol":"AAPL$US","price":150.25,"size":100,"timestamp":1731689407123,"range":[412,412]}',
    );
  });

  it('quote', () => {
    expect(frame({ ...at, type: 'quote', channel: 'quote', range: [97, 103], quote }, 8)).toBe(
      '{"type":"quote","channel":"quote","seq":8,"symbol":"AAPL$US","last":150.25,"open":149.00,"high":151.00,"low":148.90,"prev_close":149.50,"change":0.75,"change_pct":0.5017,"volume":1200,"turnover":180300.00,"vwap":150.250000,"bid":150.20,"ask":150.25,"bid_size":300,"ask_size":200,"timestamp":1731689407123,"range":[97,103]}',
    );
  });

  it('a quote leaves out what is unknown, and tells since when it counts', () => {
    const fields = { ...unknown, bid: 15020, sinceMs: 1731689400000 };
    expect(frame({ ...at, type: 'quote', channel: 'quote', range: [1, 1], quote: fields }, 1)).toBe(
      '{"type":"quote","channel":"quote","seq":1,"symbol":"AAPL$US","bid":150.20,"since":1731689400000,"timestamp":1731689407123,"range":[1,1]}',
    );
  });

  it('depth', () => {
    const depth: DataMessage = {
      ...at,
      type: 'l2_update',
      channel: 'depth@20',
      range: [5, 9],
      bids: [15020, 300],
      asks: [15025, 0],
    };
    expect(frame(depth, 9)).toBe(
      '{"type":"l2_update","channel":"depth@20","seq":9,"symbol":"AAPL$US","bids":[[150.20,300]],"asks":[[150.25,0]],"timestamp":1731689407123,"range":[5,9]}',
    );
    expect(frame({ ...depth, type: 'l2_snapshot', bids: [15020, 300, 15019, 20], asks: [] }, 9, 'string')).toBe(
      '{"type":"l2_snapshot","channel":"depth@20","seq":9,"symbol":"AAPL$US","bids":[["150.20","300"],["150.19","20"]],"asks":[],"timestamp":1731689407123,"range":[5,9]}',
    );
  });

  it('kline', () => {
    const kline: DataMessage = {
      ...at,
      type: 'kline',
      channel: 'kline@1m',
      range: [3, 3],
      kline: {
        interval: '1m',
        startMs: 1731689400000,
        open: 15000,
        high: 15030,
        low: 14990,
        close: 15025,
        volume: 900n,
        turnover: 13515000n,
        trades: 12,
        final: false,
        revision: 0,
      },
    };
    expect(frame(kline, 10)).toBe(
      '{"type":"kline","channel":"kline@1m","seq":10,"symbol":"AAPL$US","interval":"1m","start":1731689400000,"open":150.00,"high":150.30,"low":149.90,"close":150.25,"volume":900,"turnover":135150.00,"trades":12,"final":false,"revision":0,"range":[3,3]}',
    );
  });

  it('numbers are padded, never exponents, and texts where asked', () => {
    const tiny: DataMessage = {
      ...trade,
      priceDecimals: 8,
      sizeDecimals: 3,
      trade: { id: '', price: 1230, size: -5, side: undefined, conditions: [] },
    };
    expect(frame(tiny, 1)).toContain('"price":0.00001230,"size":-0.005,');
    expect(frame(tiny, 1, 'string')).toContain('"price":"0.00001230","size":"-0.005",');
  });

  it("a venue's texts are escaped", () => {
    const id = '"\\\u0000\ud800</script>';
    const hostile: DataMessage = {
      ...trade,
      symbol: id,
      trade: { id, price: 1, size: 1, side: 'sell', conditions: [id] },
    };
    const read = JSON.parse(frame(hostile, 3));
    expect([read.symbol, read.id, read.conditions]).toEqual([id, id, [id]]);
    expect(frame(hostile, 3)).not.toContain('\ud800');
  });
});

describe('control frames are the texts of the protocol', () => {
  it('hello', () => {
    const hello = encodeJsonControl({
      type: 'hello',
      session: 's1',
      serverTime: 1731689407123,
      heartbeatMs: 15000,
      protocol: 'tapecast.v1.json',
      limits: { message_bytes: 65536, intervals_ms: [0] },
    });
    expect(hello).toBe(
      '{"type":"hello","session":"s1","server_time":1731689407123,"heartbeat_ms":15000,"limits":{"message_bytes":65536,"intervals_ms":[0]},"protocol":"tapecast.v1.json"}',
    );
  });

  it('success, one result each, without the number that only Protobuf needs', () => {
    const text = encodeJsonControl({
      type: 'success',
      action: 'subscribe',
      id: 2,
      msg: 'Subscribed to AAPL$US,700$HK',
      results: [
        { symbol: 'AAPL$US', channel: 'quote', ok: true, epoch: 'e', seq: 412, intervalMs: 100, streamNumber: 3 },
        { symbol: '700$HK', channel: 'quote', ok: false, code: 'unknown_symbol', msg: 'no' },
      ],
    });
    expect(text).toBe(
      '{"type":"success","action":"subscribe","id":2,"msg":"Subscribed to AAPL$US,700$HK","results":[{"symbol":"AAPL$US","channel":"quote","ok":true,"epoch":"e","seq":412,"interval_ms":100},{"symbol":"700$HK","channel":"quote","ok":false,"code":"unknown_symbol","msg":"no"}]}',
    );
  });

  it('query_subscribe', () => {
    const text = encodeJsonControl({
      type: 'success',
      action: 'query_subscribe',
      id: 4,
      msg: '1 subscription',
      subscriptions: [{ symbol: 'AAPL$US', channel: 'quote', intervalMs: 100, epoch: 'e', seq: 412 }],
    });
    expect(text).toBe(
      '{"type":"success","action":"query_subscribe","id":4,"msg":"1 subscription","subscriptions":[{"symbol":"AAPL$US","channel":"quote","interval_ms":100,"epoch":"e","seq":412}]}',
    );
  });

  it('error, pong, heartbeat, status, notice', () => {
    const error = {
      type: 'error',
      action: 'subscribe',
      id: 2,
      code: 'bad_request',
      msg: 'm',
      temporary: false,
      retryAfterMs: null,
    } as const;
    expect(encodeJsonControl(error)).toBe(
      '{"type":"error","action":"subscribe","id":2,"code":"bad_request","msg":"m","temporary":false,"retry_after_ms":null}',
    );
    expect(encodeJsonControl({ type: 'pong', id: 7, serverTime: 5 })).toBe('{"type":"pong","id":7,"server_time":5}');
    expect(encodeJsonControl({ type: 'pong', id: null, serverTime: 5 })).toBe(
      '{"type":"pong","id":null,"server_time":5}',
    );
    expect(encodeJsonControl({ type: 'heartbeat', n: 12, serverTime: 5 })).toBe(
      '{"type":"heartbeat","n":12,"server_time":5}',
    );
    expect(
      encodeJsonControl({ type: 'status', symbol: 'AAPL$US', state: 'pending', since: 5, source: 'itick', reason: '' }),
    ).toBe('{"type":"status","symbol":"AAPL$US","state":"pending","since":5,"source":"itick","reason":""}');
    const live = { type: 'status', symbol: 'AAPL$US', state: 'live', since: 5, source: 'itick', reason: '' } as const;
    expect(encodeJsonControl({ ...live, epoch: 'e1' })).toBe(
      '{"type":"status","symbol":"AAPL$US","state":"live","since":5,"source":"itick","reason":"","epoch":"e1"}',
    );
    expect(
      encodeJsonControl({ type: 'notice', code: 'hole', symbol: 'AAPL$US', channel: 'trade', range: [4, 9], msg: 'm' }),
    ).toBe('{"type":"notice","code":"hole","symbol":"AAPL$US","channel":"trade","range":[4,9],"msg":"m"}');
  });
});
