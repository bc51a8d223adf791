import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '@tapecast/testkit';
import { until } from './ingest-harness.ts';

const MAIN = resolve(import.meta.dirname, '../src/main.ts');

export interface IngestPlace {
  /** Its log goes here. */
  dir: string;
  kafka: readonly string[];
  redis: readonly string[];
  partitions: number;
  /** Of the feed. */
  args: readonly string[];
  /** Default: a folder of its name. */
  spoolDir?: string;
}

/** An ingest as an operating-system process. */
export class IngestProcess {
  readonly child: ChildProcess;
  readonly spoolDir: string;
  readonly log: string;
  /** The signal or code that it ended with. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly #adminPort: number;

  private constructor(name: string, place: IngestPlace, adminPort: number) {
    this.#adminPort = adminPort;
    this.log = join(place.dir, `${name}.log`);
    this.spoolDir = place.spoolDir ?? join(place.dir, `${name}-spool`);
    const file = openSync(this.log, 'a');
    const options = [
      ...['--kafka', place.kafka.join(','), '--redis', place.redis.join(','), '--partitions', `${place.partitions}`],
      ...['--admin-port', `${adminPort}`, '--spool-dir', this.spoolDir, ...place.args],
    ];
    this.child = spawn(process.execPath, ['--conditions=source', MAIN, ...options], { stdio: ['ignore', file, file] });
    closeSync(file);
    this.exited = new Promise((done) => this.child.once('exit', (code, signal) => done(signal ?? code ?? 0)));
  }

  static async start(name: string, place: IngestPlace): Promise<IngestProcess> {
    return new IngestProcess(name, place, await freePort());
  }

  /** Connected, and either publishing or able to. */
  ready(): Promise<void> {
    return until(
      'the ingest is ready',
      async () => {
        if (this.child.exitCode !== null) throw new Error(`ended: ${this.end()}`);
        return (await this.#get('/readyz'))?.ok === true;
      },
      60_000,
    );
  }

  /** A sum over labels; undefined while it does not answer. */
  async metric(name: string): Promise<number | undefined> {
    const response = await this.#get('/metrics');
    if (response === undefined) return undefined;
    return (await response.text())
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  async publishes(): Promise<boolean> {
    return (await this.metric('tapecast_ingest_active')) === 1;
  }

  /** The end of its log. */
  end(): string {
    return readFileSync(this.log, 'utf8').slice(-3_000);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async #get(path: string): Promise<Response | undefined> {
    try {
      return await fetch(`http://127.0.0.1:${this.#adminPort}${path}`, { signal: AbortSignal.timeout(500) });
    } catch {
      // It starts, is stopped, or has ended.
      return undefined;
    }
  }
}
