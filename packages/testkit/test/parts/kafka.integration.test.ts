import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { waysToTest } from '../../src/parts/choose.ts';
import { startKafka } from '../../src/parts/kafka.ts';
import { installKafka } from '../../src/parts/kafka-install.ts';
import { leftOver, stateOf } from './left-over.ts';

const dir = mkdtempSync(join(tmpdir(), 'tapecast-kafka-part-'));
afterAll(() => rmSync(dir, { recursive: true }));

async function serves(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port) });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

for (const way of await waysToTest())
  describe.skipIf(way.skip !== undefined)(`on ${way.title}`, () => {
    test('a broker starts on data of an earlier start, is killed, comes back on its address, and stops', async () => {
      const parts = await way.open();
      const options = { dir: join(dir, way.kind), brokers: 1, parts } as const;
      await (await startKafka(options)).stop();
      const kafka = await startKafka(options);
      const [before] = kafka.processes;
      expect(kafka.bootstrap).toEqual([before!.address]);
      expect(await serves(before!.address)).toBe(true);
      kafka.kill(0);
      expect(await before!.exited).toEqual({ code: null, signal: 'SIGKILL' });
      expect(await serves(before!.address)).toBe(false);
      await kafka.restart(0);
      const [after] = kafka.processes;
      expect(after!.pid).not.toBe(before!.pid);
      expect(after!.address).toBe(before!.address);
      expect(await serves(before!.address)).toBe(true);
      await kafka.stop();
      await kafka.stop();
      expect(await serves(before!.address)).toBe(false);
      expect(() => kafka.kill(1)).toThrow(/no kafka broker 1/);
      await parts.close();
      expect(await leftOver(join(dir, way.kind), [before!.pid, after!.pid])).toEqual([]);
    });

    test('three brokers agree, one is suspended and goes on', async () => {
      const parts = await way.open();
      const kafka = await startKafka({ dir: join(dir, `${way.kind}-3`), brokers: 3, parts });
      const pids = kafka.processes.map(({ pid }) => pid);
      expect(new Set(pids).size).toBe(3);
      for (const { address } of kafka.processes) expect(await serves(address)).toBe(true);
      kafka.kill(2, 'SIGSTOP');
      await expect.poll(() => stateOf(pids[2]!)).toBe('T');
      kafka.kill(2, 'SIGCONT');
      await expect.poll(() => stateOf(pids[2]!)).not.toBe('T');
      kafka.kill(1, 'SIGSTOP');
      // A suspended one is stopped as well.
      await kafka.stop();
      await parts.close();
      expect(await leftOver(join(dir, `${way.kind}-3`), pids)).toEqual([]);
    });
  });

test('a machine without Java is told what is missing and how to get it', async () => {
  const path = process.env.PATH;
  process.env.PATH = '/nowhere';
  try {
    await expect(installKafka(join(dir, 'tools'))).rejects.toThrow(/java does not run here.*Java 17.*apt-get install/);
  } finally {
    process.env.PATH = path;
  }
});
