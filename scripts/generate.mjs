// Generates packages/wire/src/gen from proto/. `node scripts/generate.mjs` writes; with `--check` it writes nothing and
// exits 1 when the committed code is not what the schema gives.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'packages/wire/src/gen');
const pbjs = createRequire(import.meta.url).resolve('protobufjs-cli/bin/pbjs');

/**
 * One module a reader: a page loads `client` only. `--sparse` leaves out what the named files do not use of their imports.
 * Each has a root of its own, else the second would write into the first one's namespace.
 */
const MODULES = [
  { name: 'log', sources: ['tapecast/v1/tick.proto', 'tapecast/v1/update.proto'] },
  { name: 'client', sources: ['tapecast/v1/client.proto'] },
];

const OPTIONS = [
  ...['--target', 'static-module', '--wrap', 'esm', '--es6', '--dependency', 'protobufjs/minimal.js', '--sparse'],
  // 64-bit integers are numbers; `int64-as-number.ts` makes the runtime agree, `safe-integer.ts` refuses what does not fit.
  '--force-number',
  ...['--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-service'],
];

const HEADER = '// Generated from proto/ by scripts/generate.mjs. Do not edit.\n';

/** @returns {Promise<{name: string, text: string}[]>} */
async function generate(module, folder) {
  const sources = module.sources.map((source) => join(root, 'proto', source));
  const common = [...OPTIONS, '--path', join(root, 'proto'), '--root', `tapecast-${module.name}`];
  const typed = join(folder, `${module.name}.typed.js`);
  const bare = join(folder, `${module.name}.js`);
  // The types are made from the comments, which the code itself is better without: two runs.
  await run(process.execPath, [pbjs, ...common, '--out', typed, '--dts', ...sources]);
  await run(process.execPath, [pbjs, ...common, '--no-comments', '--out', bare, ...sources]);
  const types = (await readFile(typed.replace(/\.js$/, '.d.ts'), 'utf8'))
    // Nothing of it is used with numbers, and the package is not ours to import.
    .replace('import Long = require("long");\n', '')
    // `encode` takes undefined for absent, which exactOptionalPropertyTypes would refuse.
    .replaceAll('|null)', '|null|undefined)');
  return [
    { name: `${module.name}.js`, text: HEADER + (await readFile(bare, 'utf8')) },
    { name: `${module.name}.d.ts`, text: HEADER + types },
  ];
}

async function main(check) {
  const folder = await mkdtemp(join(tmpdir(), 'tapecast-generate-'));
  try {
    const files = (await Promise.all(MODULES.map((module) => generate(module, folder)))).flat();
    if (!check) {
      await mkdir(target, { recursive: true });
      for (const file of files) await writeFile(join(target, file.name), file.text);
      return 0;
    }
    const stale = [];
    for (const file of files) {
      const committed = await readFile(join(target, file.name), 'utf8').catch(() => '');
      if (committed !== file.text) stale.push(file.name);
    }
    if (stale.length === 0) return 0;
    console.error(
      `packages/wire/src/gen is not what proto/ gives (${stale.join(', ')}). Run: node scripts/generate.mjs, and commit it.`,
    );
    return 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main(process.argv.includes('--check'));
