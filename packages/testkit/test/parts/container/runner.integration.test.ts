import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waysToTest } from '../../../src/parts/choose.ts';
import type { StartedProcess } from '../../../src/parts/process.ts';
import type { PartRunner } from '../../../src/parts/runner.ts';
import { containersOf, leftOver, stateOf } from '../left-over.ts';

/** What every part relies on, with a shell for a program. */
for (const way of (await waysToTest()).filter(({ kind }) => kind === 'containers'))
  describe.skipIf(way.skip !== undefined)(`a program on ${way.title}`, () => {
    const dir = mkdtempSync(join(tmpdir(), 'tapecast-contained-'));
    let parts: PartRunner;
    beforeAll(async () => {
      parts = await way.open();
    });
    afterAll(async () => {
      await parts?.close();
      rmSync(dir, { recursive: true, force: true });
    });
    const start = (name: string, script: string): Promise<StartedProcess> => {
      const log = join(dir, name, 'log');
      return parts.start({ part: 'redis', name, command: 'sh', args: ['-c', script], log, folders: [] });
    };

    it('tells how it ended: its code, or the signal', async () => {
      const done = await start('done', 'exit 3');
      expect(await done.exited).toEqual({ code: 3, signal: null });
      const killed = await start('killed', 'while :; do :; done');
      expect(killed.running()).toBe(true);
      killed.kill('SIGKILL');
      expect(await killed.exited).toEqual({ code: null, signal: 'SIGKILL' });
      // To who has ended nothing is sent.
      killed.kill('SIGKILL');
      await Promise.all([done.stop(), killed.stop()]);
      expect(await leftOver(dir, [killed.pid])).toEqual([]);
    });

    it('that ends before it is ready is told with the end of its log', async () => {
      const early = await start('early', 'echo cannot bind; exit 3');
      await expect(early.ready({ line: /ready/, deadlineMs: 20_000 })).rejects.toThrow(/code 3[\s\S]*cannot bind/);
      const log = join(dir, 'absent', 'log');
      const absent = await parts.start({
        part: 'redis',
        name: 'absent',
        command: 'no-such',
        args: [],
        log,
        folders: [],
      });
      await expect(absent.ready({ line: /ready/, deadlineMs: 20_000 })).rejects.toThrow(/code 127[\s\S]*no-such/);
    });

    it('that ignores SIGTERM, and one that is suspended, are stopped after the grace', async () => {
      const deaf = await start('deaf', "trap '' TERM; echo up; while :; do :; done");
      await deaf.ready({ line: /up/, deadlineMs: 20_000 });
      deaf.kill('SIGSTOP');
      await expect.poll(() => stateOf(deaf.pid)).toBe('T');
      await deaf.stop(200);
      expect((await deaf.exited).signal).toBe('SIGKILL');
      expect(await containersOf(dir)).toEqual([]);
    });

    it('ends with its container when its starter is killed', async () => {
      const folder = join(dir, 'orphan');
      const starter = spawn(
        process.execPath,
        [
          ...['--conditions=source', '--disable-warning=ExperimentalWarning', '--input-type=module', '-e'],
          `import { chooseParts } from ${JSON.stringify(new URL('../../../src/parts/choose.ts', import.meta.url).href)};
           const { runner } = await chooseParts('containers');
           const log = ${JSON.stringify(join(folder, 'log'))};
           const args = ['-c', "trap '' TERM; while :; do :; done"];
           const { pid } = await runner.start({ part: 'redis', name: 'orphan', command: 'sh', args, log, folders: [] });
           console.log(pid);`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const pid = await new Promise<number>((resolve) => {
        starter.stdout.once('data', (bytes: Buffer) => resolve(Number(bytes)));
      });
      expect(stateOf(pid)).toMatch(/[RS]/);
      expect(await containersOf(folder)).toHaveLength(1);
      starter.kill('SIGKILL');
      await expect.poll(() => leftOver(folder, [pid])).toEqual([]);
    });
  });
