import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort, type Kafka, type RedisCluster } from '@tapecast/testkit';
import { until } from './harness.ts';

const MAIN = resolve(import.meta.dirname, '../src/main.ts');

export interface WorkerPlace {
  /** Its log goes here. */
  dir: string;
  kafka: Pick<Kafka, 'bootstrap'>;
  redis: Pick<RedisCluster, 'nodes'>;
  partitions: number;
  replication?: number;
}

/** A worker as an operating-system process. */
export class WorkerProcess {
  readonly child: ChildProcess;
  private readonly adminPort: number;
  private readonly log: string;
  private output = '';

  private constructor(name: string, place: WorkerPlace, adminPort: number) {
    this.adminPort = adminPort;
    this.log = join(place.dir, `${name}.log`);
    const file = openSync(this.log, 'a');
    const options = [
      ['--kafka', place.kafka.bootstrap.join(',')],
      ['--redis', place.redis.nodes.join(',')],
      ['--partitions', String(place.partitions)],
      ['--replication', String(place.replication ?? 1)],
      ['--checkpoint-interval-ms', '500'],
      ['--admin-port', String(adminPort)],
    ];
    this.child = spawn(process.execPath, ['--conditions=source', MAIN, ...options.flat()], {
      stdio: ['ignore', 'pipe', file],
    });
    closeSync(file);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
  }

  static async start(name: string, place: WorkerPlace): Promise<WorkerProcess> {
    return new WorkerProcess(name, place, await freePort());
  }

  ready(): Promise<void> {
    return until(
      'the worker is ready',
      () => {
        if (this.child.exitCode !== null) throw new Error(`ended: ${readFileSync(this.log, 'utf8').slice(-2_000)}`);
        return this.output.startsWith('ready');
      },
      60_000,
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    const exited = new Promise<number | null>((done) => this.child.once('exit', done));
    this.child.kill(signal);
    // One that was stopped would never see it.
    if (signal !== 'SIGKILL') this.child.kill('SIGCONT');
    return exited;
  }

  /** The value of a metric of its own, all labels together, or of one label value. */
  async metric(name: string, label = ''): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.adminPort}/metrics`);
    const lines = (await response.text()).matchAll(new RegExp(`^tapecast_compute_${name}(\\{.*\\})? (.+)$`, 'gm'));
    let sum = 0;
    for (const [, labels = '', value] of lines) if (labels.includes(label)) sum += Number(value);
    return sum;
  }

  events(event: string): Record<string, unknown>[] {
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
