import { ArgumentError, parseArguments, USAGE } from './arguments.ts';
import { VenueError } from './errors.ts';
import { RecordingError } from './recordings/errors.ts';
import { startVenue } from './start-venue.ts';

async function main(): Promise<void> {
  const options = parseArguments(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const venue = await startVenue(options);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    venue.stop().catch(fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.stdout.write(
    `${['ready', venue.wsUrl, ...(venue.restUrl === undefined ? [] : [venue.restUrl]), 'admin', venue.adminUrl].join(' ')}\n`,
  );
}

function fail(error: unknown): void {
  const expected = error instanceof ArgumentError || error instanceof VenueError || error instanceof RecordingError;
  process.stderr.write(`${expected ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}

main().catch(fail);
