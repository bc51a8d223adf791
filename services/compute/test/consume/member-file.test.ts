import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { MemberFile } from '../../src/consume/member-file.ts';
import { silent } from '../harness.ts';

const dir = mkdtempSync(join(tmpdir(), 'tapecast-member-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('tells the next start who the one before was, by the last name that it had', () => {
  const path = join(dir, 'made', 'compute-0.member');
  const first = new MemberFile(path, silent);
  expect(first.ended).toBeUndefined();
  first.note('tapecast-compute-1');
  first.note('tapecast-compute-2');
  expect(new MemberFile(path, silent).ended).toBe('tapecast-compute-2');
});

it('costs nothing but its use where it can’t be read or written, or holds something else', () => {
  const torn = join(dir, 'torn');
  writeFileSync(torn, '\u0000 \n');
  expect(new MemberFile(torn, silent).ended).toBeUndefined();
  const below = new MemberFile(join(torn, 'below'), silent);
  expect(below.ended).toBeUndefined();
  expect(() => below.note('tapecast-compute-1')).not.toThrow();
});
