import { runTask } from '@tapecast/service-kit';
import { COMMANDS } from './commands/registry.ts';

const [name = '--help', ...argv] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command !== undefined) await runTask(command, argv);
else if (name === '--help' || name === '-h') process.stdout.write(overview());
else {
  process.stderr.write(`there is no command '${name}'\n\n${overview()}`);
  process.exitCode = 2;
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(
    ([each, { description }]) => `  ${each.padEnd(16)} ${description.summary}`,
  );
  return ['usage: npx tapecast <command> [options]', '', ...lines, '', 'Each takes --help.', ''].join('\n');
}
