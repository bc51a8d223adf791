import type { ClientEvents, TapecastClient } from '@tapecast/client';
import { clockText } from './number-text.ts';

/** Lines kept: enough to see what a bad hour was like. Past it: the oldest goes. */
const LINES_MAX = 50;

/** What happened to the connection, newest first, for whoever wants to know why something looked odd. */
export class HappeningsView {
  readonly #all: HTMLElement;
  readonly #newest: HTMLElement;
  readonly #lines: HTMLElement;

  constructor(all: HTMLElement, newest: HTMLElement, lines: HTMLElement) {
    this.#all = all;
    this.#newest = newest;
    this.#lines = lines;
  }

  add(text: string): void {
    const line = document.createElement('li');
    line.textContent = `${clockText(Date.now()).slice(0, 8)} ${text}`;
    this.#newest.textContent = line.textContent;
    this.#lines.prepend(line);
    while (this.#lines.childElementCount > LINES_MAX) this.#lines.lastElementChild?.remove();
    this.#all.hidden = false;
  }

  /** From now on what `client` tells is written down. */
  follow(client: TapecastClient): void {
    let lost = false;
    client.on('state', (event) => {
      if (event.state === 'stale') this.add('nothing comes any more; the prices shown may be old');
      // Further tries say nothing new.
      if (event.state === 'reconnecting' && !lost) this.add(`connection lost (${codeText(event)}); connecting again`);
      if (event.state === 'closed')
        this.add(`closed for good (${codeText(event)}). ${CLOSED[event.code ?? 0] ?? RELOAD}`);
      lost = event.state === 'reconnecting' || (lost && event.state !== 'open');
    });
    client.on('resumed', (event) => this.add(resumedText(event)));
    client.on('gap', ({ symbol, channel, lost: numbers, reason }) => {
      const span = numbers === undefined ? '' : ` ${numbers[0]} to ${numbers[1]}`;
      this.add(`${symbol ?? 'this connection'} ${channel ?? ''}: updates${span} are missing (${reason})`);
    });
    client.on('merged', ({ merged }) =>
      this.add(merged ? 'this page reads too slowly: updates are merged' : 'everything comes again as it happens'),
    );
    client.on('degraded', ({ level, intervalMs }) => {
      const pace = intervalMs === undefined ? '' : `: updates at most every ${intervalMs} ms`;
      this.add(
        level === 0 ? 'the gateway tells everything again' : `the gateway saves its strength (level ${level})${pace}`,
      );
    });
    client.on('notice', ({ code, msg }) => {
      if (code === 'moving') this.add(`asked to move: ${msg}`);
    });
    client.on('rejected', ({ symbol, channel, msg }) => this.add(`${symbol} ${channel} is not given any more: ${msg}`));
    client.on('fault', ({ error }) => this.add(`fault: ${error.message}`));
  }
}

const RELOAD = 'Reload the page to connect again.';
const CLOSED: Readonly<Record<number, string>> = {
  4004: 'Another connection took this session over. Reload the page to have one of its own.',
};

const codeText = ({ code, reason }: ClientEvents['state']): string =>
  [code ?? '', reason].filter((part) => part !== '').join(' ');

function resumedText({ moved, awayMs, continued, anew, holes }: ClientEvents['resumed']): string {
  const how = moved ? 'moved to another connection without a break' : `back after ${(awayMs / 1_000).toFixed(1)} s`;
  const states = anew === 0 ? [] : [`${anew} ${anew === 1 ? 'state' : 'states'} anew`];
  const trades = continued === 0 ? [] : [`trades of ${continued} go on without a hole`];
  const missing = holes === 0 ? 'nothing is missing' : `something is missing in ${holes}`;
  return `${how}: ${[...states, ...trades, missing].join(', ')}`;
}
