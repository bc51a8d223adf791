import { describe, expect, it } from 'vitest';
import { WaitingMessages } from '../../src/protocol/waiting-messages.ts';

const limits = { messagesWaitingMax: 3, messagesWaitingBytesMax: 100, messagesWaitingBytesAllMax: 150 };
const ping = (id: number) => ({ action: 'ping', id }) as const;
const [one, two, three] = [{ name: 'one' }, { name: 'two' }, { name: 'three' }];

describe('messages that wait', () => {
  it('come in their order, and count until they do', () => {
    const waiting = new WaitingMessages<object>(limits);
    for (let id = 1; id <= 3; id++) expect(waiting.add(one, ping(id), 20)).toBeUndefined();
    expect(waiting.add(two, ping(9), 5)).toBeUndefined();
    expect(waiting.bytes).toBe(65);
    expect(waiting.take(one)).toEqual(ping(1));
    expect(waiting.bytes).toBe(45);
    expect(waiting.take(one)).toEqual(ping(2));
    expect(waiting.take(one)).toEqual(ping(3));
    expect(waiting.take(one)).toBeUndefined();
    expect(waiting.take(two)).toEqual(ping(9));
    expect(waiting.bytes).toBe(0);
  });

  it('close who sends too many of them, or too much', () => {
    const waiting = new WaitingMessages<object>(limits);
    for (let id = 1; id <= 3; id++) waiting.add(one, ping(id), 1);
    expect(waiting.add(one, ping(4), 1)).toBe(one);
    expect(waiting.bytes).toBe(0);
    expect(waiting.take(one)).toBeUndefined();
    expect(waiting.add(two, ping(1), 60)).toBeUndefined();
    expect(waiting.add(two, ping(2), 41)).toBe(two);
    expect(waiting.bytes).toBe(0);
  });

  it('close who has most where all together have too much, and nobody else', () => {
    const waiting = new WaitingMessages<object>(limits);
    waiting.add(one, ping(1), 30);
    waiting.add(two, ping(2), 45);
    waiting.add(two, ping(3), 45);
    expect(waiting.add(three, ping(4), 31)).toBe(two);
    expect(waiting.bytes).toBe(61);
    expect(waiting.take(one)).toEqual(ping(1));
    expect(waiting.take(two)).toBeUndefined();
    expect(waiting.take(three)).toEqual(ping(4));
  });

  it('are forgotten with their client', () => {
    const waiting = new WaitingMessages<object>(limits);
    waiting.add(one, ping(1), 30);
    waiting.forget(one);
    waiting.forget(one);
    expect(waiting.bytes).toBe(0);
    expect(waiting.take(one)).toBeUndefined();
  });
});
