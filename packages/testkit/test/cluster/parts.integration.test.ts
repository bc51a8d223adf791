import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCluster, startCluster, waysToTest } from '../../src/index.ts';
import { containersOf, leftOver } from '../parts/left-over.ts';

const PARTS = ['kafka', 'redis', 'nginx'];

for (const way of (await waysToTest()).filter(({ kind }) => kind === 'containers'))
  describe.skipIf(way.skip !== undefined)(`a cluster whose parts run on ${way.title}`, () => {
    let dataDir: string;
    let cluster: RunningCluster;
    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'tapecast-parts-'));
      // Where an engine answers, it is what a user gets without asking for it.
      cluster = await startCluster({ dataDir, parts: 'auto', gateways: 1, compute: 1 });
    });
    afterAll(async () => {
      await cluster?.stop();
      await rm(dataDir, { recursive: true, force: true });
    });
    const isReady = async (): Promise<boolean> => (await fetch(`${cluster.admin}/readyz`)).status === 200;

    it('has a container each, says so, and serves', async () => {
      expect(await containersOf(dataDir)).toHaveLength(8);
      const log = await readFile(join(dataDir, 'launcher.log'), 'utf8');
      expect(log).toMatch(/"event":"parts_chosen","parts":"containers","why":"\S*kafka:.* on unix:/);
      await expect.poll(isReady).toBe(true);
      expect(await (await fetch(`${cluster.url}/v1/instruments?q=BTCUSDT`)).text()).toContain('BTCUSDT$BA');
    });

    it('stops in order, leaves nothing behind, and goes on with its data', async () => {
      const pids = cluster.processes().map(({ pid }) => pid);
      expect(await cluster.stop()).toEqual({ code: 0, signal: null });
      expect(await leftOver(dataDir, pids)).toEqual([]);
      cluster = await startCluster({ dataDir, parts: 'containers', gateways: 1, compute: 1 });
      expect(await readFile(join(dataDir, 'launcher.log'), 'utf8')).not.toContain('data_removed');
    });

    it.each(PARTS)('starts a killed %s again, in another container on its address', async (role) => {
      const before = cluster.process(role);
      cluster.kill(role);
      await expect.poll(() => cluster.process(role).pid).not.toBe(before.pid);
      expect(cluster.process(role)).toEqual({ ...before, pid: cluster.process(role).pid });
      await expect.poll(isReady).toBe(true);
      expect(await containersOf(dataDir)).toHaveLength(8);
    });

    it('ends when the launcher is killed, and leaves nothing behind', async () => {
      const pids = cluster.processes().map(({ pid }) => pid);
      process.kill(cluster.pid, 'SIGKILL');
      await expect.poll(() => leftOver(dataDir, pids)).toEqual([]);
    });
  });
