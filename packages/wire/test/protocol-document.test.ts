import { readFileSync } from 'node:fs';
import { CHANNELS } from '@tapecast/market';
import { describe, expect, it } from 'vitest';
import { CLIENT_ACTIONS, CLOSE_CODES, closeAnswer, ERROR_CODES, parseChannel, SUBPROTOCOLS } from '../src/index.ts';

const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
/** Rows of the document's tables, as their cells. */
const rows = document
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.split('|').map((cell) => cell.trim()));

const ANSWERS = { stop: /^stops/, backoff: /^backs off/, at_once: /^at once/ };

describe('docs/protocol.md says what the code does', () => {
  it('every close code, once, with what the client does', () => {
    const listed = rows.filter(([, code]) => /^\d{4}$/.test(code ?? ''));
    expect(listed.map(([, code, name]) => [Number(code), name])).toEqual(
      Object.entries(CLOSE_CODES).map(([name, { code }]) => [code, `\`${name}\``]),
    );
    for (const [, code, , , answer] of listed) expect(answer).toMatch(ANSWERS[closeAnswer(Number(code))]);
  });

  it('the table of close codes agrees with their hundreds', () => {
    for (const { code, answer } of Object.values(CLOSE_CODES)) expect(answer).toBe(closeAnswer(code));
  });

  it('every error code, with whether to try again', () => {
    for (const [code, { temporary }] of Object.entries(ERROR_CODES)) {
      const row = rows.find(([, name, , again]) => name === `\`${code}\`` && /^(yes|no)/.test(again ?? ''));
      expect(row?.[3], code).toMatch(temporary ? /^yes/ : /^no/);
    }
  });

  it('every channel, with aliases that are ones', () => {
    for (const channel of CHANNELS) {
      const row = rows.find(([, name]) => name === `\`${channel}\``);
      expect(row, channel).toBeDefined();
      for (const alias of row?.[3]?.matchAll(/`([^`]+)`/g) ?? []) expect(parseChannel(alias[1]!)).toBe(channel);
    }
  });

  it('every action and every subprotocol', () => {
    for (const action of CLIENT_ACTIONS)
      expect(
        rows.some(([, name]) => name === `\`${action}\``),
        action,
      ).toBe(true);
    for (const name of SUBPROTOCOLS)
      expect(
        rows.some(([, cell]) => cell?.includes(`\`${name}\``)),
        name,
      ).toBe(true);
  });

  it('every example message is JSON', () => {
    const examples = [...document.matchAll(/^ {4}(?:[←→] )?(\{.*\})/gm)].map(([, text]) => text!);
    expect(examples.length).toBeGreaterThan(10);
    for (const text of examples) {
      const whole = text.replace(/,…\]/g, ']').replace(/\{…\}/g, '{}').replace(/:…/g, ':0');
      expect(() => JSON.parse(whole), text).not.toThrow();
    }
  });
});
