import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startKafka } from '../../src/parts/kafka.ts';
import { installKafka } from '../../src/parts/kafka-install.ts';

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

test('a broker starts on data of an earlier start, is killed, comes back on its address, and stops', async () => {
  await (await startKafka({ dir, brokers: 1 })).stop();
  const kafka = await startKafka({ dir, brokers: 1 });
  const [before] = kafka.processes;
  expect(kafka.bootstrap).toEqual([before!.address]);
  expect(await serves(before!.address)).toBe(true);
  kafka.kill(0);
  expect(await before!.exited).toEqual({ code: null, signal: 'SIGKILL' });
  await kafka.restart(0);
  expect(kafka.processes[0]!.pid).not.toBe(before!.pid);
  expect(kafka.processes[0]!.address).toBe(before!.address);
  expect(await serves(before!.address)).toBe(true);
  await kafka.stop();
  await kafka.stop();
  expect(await serves(before!.address)).toBe(false);
  expect(() => kafka.kill(1)).toThrow(/no kafka broker 1/);
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
