import { readFileSync } from 'node:fs';
import { StartError } from '@tapecast/service-kit';
import type { IngestConfig } from '../../config.ts';
import { messageOf } from '../../errors.ts';
import { type AssetClass, type ItickSymbol, parseItickSymbols } from './symbols.ts';

/** Followed when none are named: as many as the venue's free plan has, on the one connection that it has. */
export const DEFAULT_ITICK_SYMBOLS = ['AAPL$US', 'TSLA$US', '700$HK'];

const TYPE = /^(tick|quote|depth|kline@([1-9]|10))$/;
/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]{1,512}$/;

export interface ItickOptions {
  url: string;
  token: string;
  symbols: ItickSymbol[];
  /** As a subscribe names them. */
  types: string;
}

/** Reads what the feed needs of ingest's options. Throws `StartError` with every fault, and never with the key. */
export function readItickOptions(config: IngestConfig): ItickOptions {
  const faults: string[] = [];
  const token = readToken(config, faults);
  const named = config.symbols.length === 0 ? DEFAULT_ITICK_SYMBOLS : config.symbols;
  const { symbols, faults: symbolFaults } = parseItickSymbols(named);
  faults.push(...symbolFaults.map((fault) => `--symbols: ${fault}`));
  for (const type of config.itickTypes) {
    if (!TYPE.test(type)) faults.push(`--itick-types: '${type}' is none of tick, quote, depth, kline@1 … kline@10`);
  }
  if (faults.length > 0) throw new StartError('bad_option', faults.join('\n'));
  return { url: config.itickWs, token, symbols, types: [...new Set(config.itickTypes)].join(',') };
}

function readToken(config: IngestConfig, faults: string[]): string {
  if (config.itickToken !== '' && config.itickTokenFile !== '') {
    faults.push('The key of iTick is given twice: leave out the token or the token file');
  }
  let token = config.itickToken;
  if (token === '' && config.itickTokenFile !== '') {
    try {
      token = readFileSync(config.itickTokenFile, 'utf8').trim();
    } catch (error) {
      faults.push(`The file with the key of iTick can't be read: ${messageOf(error)}`);
      return '';
    }
  }
  if (token === '') {
    faults.push(
      '--feed itick needs the key of an iTick plan: --token <key>, --token-file <file> or TAPECAST_TOKEN (ingest alone: --itick-token, --itick-token-file, TAPECAST_ITICK_TOKEN)',
    );
  } else if (!TOKEN.test(token)) {
    faults.push('The key of iTick is not one: expected up to 512 letters, digits and signs without spaces');
  }
  return token;
}

/** `{class}` in the address stands for the asset class, `{c}` for its first letter (older pages: `/sws`, `/fws`); without either it is added. */
export function addressOf(url: string, assetClass: AssetClass): string {
  if (url.includes('{class}') || url.includes('{c}')) {
    return url.replaceAll('{class}', assetClass).replaceAll('{c}', assetClass.slice(0, 1));
  }
  return `${url.replace(/\/+$/, '')}/${assetClass}`;
}
