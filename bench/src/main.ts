import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { resolve } from 'node:path';
import type { Bench } from './bench.ts';

/** Each benchmark is loaded only when it is asked for. */
const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  'end-to-end': async () => (await import('./end-to-end.ts')).run,
  'come-back': async () => (await import('./come-back.ts')).run,
  connections: async () => (await import('./connections.ts')).run,
  'fan-out': async () => (await import('./fan-out.ts')).run,
  'log-codecs': async () => (await import('./log-codecs.ts')).run,
  skip: async () => (await import('./skip.ts')).run,
  bytes: async () => (await import('./bytes.ts')).run,
  scaling: async () => (await import('./scaling.ts')).run,
  fold: async () => (await import('./fold.ts')).run,
  normalise: async () => (await import('./normalise.ts')).run,
  handshakes: async () => (await import('./handshakes.ts')).run,
  slow: async () => (await import('./slow.ts')).run,
  overload: async () => (await import('./overload.ts')).run,
};

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  const load = name === undefined ? undefined : BENCHES[name];
  if (name === undefined || load === undefined) {
    const names = Object.keys(BENCHES).join(' | ');
    process.stderr.write(`usage: npm run bench -- <name> [options]; <name> is ${names}\n`);
    return name === '--help' ? 0 : 2;
  }
  const bench = await load();
  const result = await bench(args);
  const machine = {
    cpus: cpus().length,
    cpu: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const line = JSON.stringify({ ...result, conditions: { ...machine, ...result.conditions } });
  console.table(result.rows);
  const folder = resolve(import.meta.dirname, '../results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(resolve(folder, `${result.name}.json`), `${line}\n`);
  process.stdout.write(`${line}\n`);
  return 0;
}

process.exit(await main());
