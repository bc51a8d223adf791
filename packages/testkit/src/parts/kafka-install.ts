import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** 4.4.0's pom names a `kafka-tools-api` that was never published; it is needed by command-line tools only. */
export const KAFKA_VERSION = '4.4.0';
/** Without a binding the broker writes no log, and readiness is read from it. */
const SLF4J_VERSION = '1.7.36';
const JAVA_MAJOR_MIN = 17;
const DOWNLOAD_DEADLINE_MS = 180_000;
/** Names what is in the folder; another layout gets another name, so an old folder is never taken for it. */
const LAYOUT = `kafka-${KAFKA_VERSION}`;

export interface KafkaInstall {
  java: string;
  /** For `-cp`; ends in `/*`. */
  classpath: string;
  /** Where an archive of loaded classes is kept, per version of Java. */
  archive: string;
}

/**
 * Puts Apache Kafka's jars (43 MB, from Maven's configured repository) into the ignored `.tools/` of the project, once.
 * Rejects with what is missing on this machine and how to get it.
 */
export async function installKafka(tools: string = toolsDir()): Promise<KafkaInstall> {
  const { java, major } = await findJava();
  const home = join(tools, 'kafka', LAYOUT);
  if (!existsSync(home)) await download(home);
  return { java, classpath: join(home, 'libs', '*'), archive: join(home, `classes-java${major}.jsa`) };
}

async function findJava(): Promise<{ java: string; major: number }> {
  const java = 'java';
  const help = `Kafka needs Java ${JAVA_MAJOR_MIN} or later on the PATH: apt-get install -y openjdk-17-jre-headless`;
  let version: string;
  try {
    version = (await run(java, ['-version'])).stderr;
  } catch (cause) {
    throw new Error(`java does not run here. ${help}`, { cause });
  }
  const major = Number(/version "(\d+)/.exec(version)?.[1]);
  if (!(major >= JAVA_MAJOR_MIN)) throw new Error(`java is ${version.split('\n')[0]}. ${help}`);
  return { java, major };
}

async function download(home: string): Promise<void> {
  const parent = dirname(home);
  mkdirSync(parent, { recursive: true });
  // Filled beside its place and renamed into it: a second installer, or one cut off, never leaves half a folder.
  const temporary = mkdtempSync(join(parent, 'download-'));
  try {
    writeFileSync(join(temporary, 'pom.xml'), POM);
    try {
      await run(
        'mvn',
        ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=libs'],
        {
          cwd: temporary,
          timeout: DOWNLOAD_DEADLINE_MS,
        },
      );
    } catch (cause) {
      throw new Error(downloadFault(cause), { cause });
    }
    if (!readdirSync(join(temporary, 'libs')).includes(`kafka_2.13-${KAFKA_VERSION}.jar`)) {
      throw new Error(`Maven finished without kafka_2.13-${KAFKA_VERSION}.jar; remove ${parent} and try again`);
    }
    if (!existsSync(home)) renameSync(temporary, home);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

function downloadFault(cause: unknown): string {
  const { code, stdout, killed } = cause as { code?: string | number; stdout?: string; killed?: boolean };
  if (code === 'ENOENT') return 'Kafka comes from Maven Central, and mvn is not on the PATH: apt-get install -y maven';
  if (killed === true)
    return `Maven did not bring Kafka's jars within ${DOWNLOAD_DEADLINE_MS / 1000} s; is its repository reachable?`;
  return `Maven could not bring Kafka ${KAFKA_VERSION}: ${(stdout ?? '').split('\n').slice(0, 5).join(' ')}`;
}

/** The `.tools` folder at the root of the workspace. */
export function toolsDir(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'pnpm-workspace.yaml'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('no pnpm-workspace.yaml above this file: pass the folder for the jars');
    folder = parent;
  }
  return join(folder, '.tools');
}

const POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>tapecast</groupId>
  <artifactId>kafka-jars</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${KAFKA_VERSION}</version>
      <exclusions>
        <exclusion><groupId>org.apache.kafka</groupId><artifactId>kafka-tools-api</artifactId></exclusion>
      </exclusions>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId>
      <artifactId>slf4j-simple</artifactId>
      <version>${SLF4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;
