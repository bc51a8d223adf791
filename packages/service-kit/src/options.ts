import { z } from 'zod';
import { StartError } from './errors.ts';

/**
 * Options of a command from one zod object: key `adminPort` is `--admin-port` and `TAPECAST_ADMIN_PORT`.
 * The command line wins over the environment, the environment over the schema's default. All faults are reported together.
 */
export type OptionSchema = z.ZodObject<Record<string, z.ZodType>>;

export interface CommandDescription {
  /** As a person types it: `npm start --`. */
  usage: string;
  summary: string;
}

/** Thrown for `--help`; the message is the help text and the exit code 0. */
export class HelpRequested extends Error {}

interface OptionShape {
  key: string;
  flag: string;
  variable: string;
  kind: 'boolean' | 'number' | 'list' | 'text';
  description: string;
  defaultText: string;
}

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** zod keeps wrappers (default, optional, pipe) around the type that says how text is read. */
function innermost(type: z.ZodType): z.ZodType {
  let current = type;
  for (;;) {
    if (current instanceof z.ZodDefault || current instanceof z.ZodOptional) current = current.unwrap() as z.ZodType;
    else if (current instanceof z.ZodPipe) current = current.in as z.ZodType;
    else return current;
  }
}

function shapeOf(schema: OptionSchema): OptionShape[] {
  return Object.entries(schema.shape).map(([key, type]) => {
    const inner = innermost(type);
    const kind =
      inner instanceof z.ZodBoolean
        ? 'boolean'
        : inner instanceof z.ZodNumber
          ? 'number'
          : inner instanceof z.ZodArray
            ? 'list'
            : 'text';
    const fallback = type.safeParse(undefined);
    const value = fallback.success ? fallback.data : undefined;
    return {
      key,
      flag: `--${kebab(key)}`,
      variable: `TAPECAST_${kebab(key).replaceAll('-', '_').toUpperCase()}`,
      kind,
      description: type.description ?? inner.description ?? '',
      defaultText:
        value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
          ? ''
          : String(value),
    };
  });
}

function readText(option: OptionShape, text: string): unknown {
  switch (option.kind) {
    case 'boolean':
      if (text === 'true' || text === '1') return true;
      if (text === 'false' || text === '0') return false;
      return text;
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'list':
      return text === '' ? [] : text.split(',').map((part) => part.trim());
    default:
      return text;
  }
}

/** The help text, made from the schema. */
export function helpText(description: CommandDescription, schema: OptionSchema): string {
  const lines = shapeOf(schema).map((option) => {
    const left =
      option.kind === 'boolean' ? option.flag : `${option.flag} <${option.kind === 'text' ? 'value' : option.kind}>`;
    const fallback = option.defaultText === '' ? '' : ` (default ${option.defaultText})`;
    return `  ${left.padEnd(28)} ${option.description}${fallback}`;
  });
  return [
    description.summary,
    '',
    `usage: ${description.usage} [options]`,
    '',
    ...lines,
    `  ${'--help'.padEnd(28)} prints this`,
    '',
    'Each option may also come from the environment: --admin-port as TAPECAST_ADMIN_PORT.',
  ].join('\n');
}

/** Reads the options. Throws `HelpRequested`, or `StartError` with every fault, one a line. */
export function readOptions<S extends OptionSchema>(
  description: CommandDescription,
  schema: S,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<z.infer<S>> {
  const options = shapeOf(schema);
  const byFlag = new Map(options.map((option) => [option.flag, option]));
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const option of options) {
    const text = env[option.variable];
    if (text !== undefined) values[option.key] = readText(option, text);
  }
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--help' || word === '-h') throw new HelpRequested(helpText(description, schema));
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    const option = byFlag.get(flag);
    if (!option) {
      faults.push(
        word.startsWith('--')
          ? `${flag} is not an option of this command; --help lists them`
          : `'${word}' is not an option. Options begin with --, and npm passes them on only after a --: ${description.usage} --port 8080`,
      );
      continue;
    }
    if (equals >= 0) values[option.key] = readText(option, word.slice(equals + 1));
    else if (option.kind === 'boolean') values[option.key] = true;
    else if (i + 1 < argv.length && !(argv[i + 1] as string).startsWith('--')) {
      i++;
      values[option.key] = readText(option, argv[i] as string);
    } else faults.push(`${flag} needs a value: ${flag} <${option.kind}>`);
  }
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const option = options.find((candidate) => candidate.key === issue.path[0]);
      const given = option === undefined ? undefined : values[option.key];
      const what = given === undefined ? '' : ` (given: ${JSON.stringify(given)})`;
      const isMissing = option !== undefined && given === undefined && issue.code === 'invalid_type';
      const fault = isMissing ? 'is needed; --help says what it is' : `${issue.message}${what}`;
      faults.push(`${option?.flag ?? issue.path.join('.')}: ${fault}`);
    }
  }
  if (faults.length > 0 || !parsed.success) throw new StartError('bad_option', faults.join('\n'));
  return Object.freeze(parsed.data);
}
