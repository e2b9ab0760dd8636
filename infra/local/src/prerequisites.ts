import { spawnSync } from 'node:child_process';
import { StackError } from './stack-error.js';

/** Node versions that the project supports: 20.19 and later in 20, 22.12 and later above. */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  if (major === 20) return minor >= 19;
  return major === 22 ? minor >= 12 : major > 22;
}

/** First number of the version that `java -version` prints; null where there is none. `1.8` counts as 8. */
export function javaMajor(output: string): number | null {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2] ?? 0)];
  return major === 1 ? minor : major;
}

/** Output of a command's version flag, or null when it cannot be run. */
export type VersionProbe = (command: string, flag: string) => string | null;

const probe: VersionProbe = (command, flag) => {
  const result = spawnSync(command, [flag], { encoding: 'utf8' });
  if (result.error !== undefined || result.status !== 0) return null;
  return `${result.stdout}${result.stderr}`;
};

/** The `java` to run: of `JAVA_HOME` where that is set, else the one on the path. */
export function javaCommand(env: NodeJS.ProcessEnv = process.env): string {
  const home = env['JAVA_HOME'];
  return home === undefined || home === '' ? 'java' : `${home}/bin/java`;
}

/** @throws StackError when this Node is too old */
export function assertNode(version: string = process.version): void {
  if (isSupportedNode(version)) return;
  throw new StackError(
    `Node ${version} is not supported: install Node 20.19 or later, or 22.12 or later (https://nodejs.org).`,
  );
}

/** @throws StackError when there is no Java, or one before 17 */
export function assertJava(run: VersionProbe = probe, command: string = javaCommand()): void {
  const output = run(command, '-version');
  const major = output === null ? null : javaMajor(output);
  if (major !== null && major >= 17) return;
  const found = major === null ? 'Java was not found' : `Java ${String(major)} is too old`;
  throw new StackError(
    `${found} and Kafka needs Java 17 or later: install one (for instance https://adoptium.net) and put java on the PATH or set JAVA_HOME.`,
  );
}

/** @throws StackError when there is no Maven */
export function assertMaven(run: VersionProbe = probe): void {
  if (run('mvn', '-version') !== null) return;
  throw new StackError(
    'Maven was not found and it fetches Kafka: install it (https://maven.apache.org) and put mvn on the PATH.',
  );
}
