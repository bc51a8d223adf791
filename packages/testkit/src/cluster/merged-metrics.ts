/** What one process answered at `/metrics`. */
export interface ProcessMetrics {
  /** `gateway-0`: becomes the label `process` of each of its samples. */
  process: string;
  text: string;
}

interface Family {
  /** `# HELP` and `# TYPE`, as the first process that has the family says. */
  comments: string[];
  samples: string[];
}

const COMMENT = /^# (?:HELP|TYPE) (\S+)/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})?( .*)$/;

/** One text in Prometheus's format of what several processes say, each family once and each sample with its process. */
export function mergeMetrics(all: readonly ProcessMetrics[]): string {
  const families = new Map<string, Family>();
  for (const { process, text } of all) {
    let family: Family | undefined;
    const described = new Set<string>();
    for (const line of text.split('\n')) {
      const comment = COMMENT.exec(line);
      if (comment) {
        const name = comment[1] as string;
        family = families.get(name);
        if (family === undefined) {
          family = { comments: [], samples: [] };
          families.set(name, family);
          described.add(name);
        }
        if (described.has(name)) family.comments.push(line);
        continue;
      }
      // A sample belongs to the family described last: a histogram's names are longer than its family's.
      const sample = SAMPLE.exec(line);
      if (sample === null || family === undefined) continue;
      const [, name, labels, value] = sample;
      family.samples.push(`${name}{process="${process}"${labels ? `,${labels}` : ''}}${value}`);
    }
  }
  const blocks = [...families.values()].map(({ comments, samples }) => [...comments, ...samples].join('\n'));
  return `${blocks.join('\n\n')}\n`;
}
