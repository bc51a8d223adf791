import { runTask } from '@tapecast/service-kit';
import { COMMANDS, POSITIONAL } from './commands/registry.ts';

const [name = '--help', ...argv] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command !== undefined) await runTask(command, named(name, argv));
else if (name === '--help' || name === '-h') process.stdout.write(overview());
else {
  process.stderr.write(`there is no command '${name}'\n\n${overview()}`);
  process.exitCode = 2;
}

/** `explain <session>` is `explain --session <session>`. */
function named(command: string, args: string[]): string[] {
  const option = POSITIONAL[command];
  return option === undefined || args[0] === undefined || args[0].startsWith('-') ? args : [option, ...args];
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(
    ([each, { description }]) => `  ${each.padEnd(16)} ${description.summary}`,
  );
  return ['usage: npx tapecast <command> [options]', '', ...lines, '', 'Each takes --help.', ''].join('\n');
}
