import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeClusterFile } from '../../src/cluster/cluster-file.ts';
import { clusterSchema } from '../../src/cluster/config.ts';
import { prepareDataFolder } from '../../src/cluster/data-folder.ts';
import type { PartRunner } from '../../src/parts/runner.ts';

let dataDir: string;
const prepare = (options: Record<string, unknown> = {}, parts: PartRunner['kind'] = 'local') =>
  prepareDataFolder(clusterSchema.parse({ dataDir, ...options }), parts);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tapecast-data-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

/** What a run leaves behind. */
function leaveData(): void {
  mkdirSync(join(dataDir, 'kafka'), { recursive: true });
  writeFileSync(join(dataDir, 'kafka', 'record'), '1');
  writeFileSync(join(dataDir, 'notes.txt'), 'mine');
  writeFileSync(join(dataDir, 'logs', 'gateway-0.log'), 'old');
}
const dataIsKept = (): boolean => existsSync(join(dataDir, 'kafka', 'record'));

it('goes on with the data of the same feed, with logs of its own', () => {
  expect(prepare().emptied).toBeUndefined();
  leaveData();
  expect(prepare().emptied).toBeUndefined();
  expect(dataIsKept()).toBe(true);
  expect(existsSync(join(dataDir, 'logs', 'gateway-0.log'))).toBe(false);
});

it.each([
  [{ partitions: 12 }, '--partitions was 4'],
  [{ feed: 'binance' }, '--feed was simulated'],
  [{ brokers: 3 }, '--brokers was 1'],
  [{ feed: 'replay' }, 'a replay begins with an empty folder'],
])('begins anew with %j and says why, and touches nothing but its own', (options, why) => {
  prepare();
  leaveData();
  expect(prepare(options).emptied).toBe(why);
  expect(dataIsKept()).toBe(false);
  expect(existsSync(join(dataDir, 'notes.txt'))).toBe(true);
});

it('begins anew where the parts were in containers and are not now, or the other way', () => {
  prepare({}, 'containers');
  leaveData();
  expect(prepare({}, 'containers').emptied).toBeUndefined();
  expect(prepare({}, 'local').emptied).toBe('--parts was containers');
  expect(dataIsKept()).toBe(false);
});

it('keeps everything with --keep, a replay’s too', () => {
  prepare();
  leaveData();
  expect(prepare({ feed: 'replay', keep: true }).emptied).toBeUndefined();
  expect(dataIsKept()).toBe(true);
  expect(existsSync(join(dataDir, 'logs', 'gateway-0.log'))).toBe(true);
});

it('refuses a folder that another launcher uses, not one whose launcher is gone', () => {
  const launcher = { role: 'launcher', index: 0, address: null, admin: null, log: null };
  // The parent of this test is alive and is not this process.
  writeClusterFile(dataDir, { processes: [{ ...launcher, pid: process.ppid }] });
  expect(() => prepare()).toThrow(/is in use by another cluster .*--data-dir/);
  writeClusterFile(dataDir, { processes: [{ ...launcher, pid: 2 ** 22 }] });
  expect(() => prepare()).not.toThrow();
});
