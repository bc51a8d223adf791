import { StartError } from '@tapecast/service-kit';
import { expect, it } from 'vitest';
import { findProgram } from '../../src/parts/program.ts';

it('finds what is installed', () => {
  expect(findProgram({ name: 'sh', neededFor: '', install: '' })).toMatch(/^\/.*\/sh$/);
});

it('names what is missing, what needs it and how to get it', () => {
  const missing = { name: 'no-such-server', neededFor: 'the cluster needs it', install: '`apt-get install it`' };
  expect(() => findProgram(missing)).toThrow(StartError);
  expect(() => findProgram(missing)).toThrow(
    /^no-such-server was not found \(looked in .*\/usr\/sbin.*\): the cluster needs it\. Install it: `apt-get install it`$/,
  );
});
