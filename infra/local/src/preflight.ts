import { appSpec, type AppName } from './apps.js';
import { assertDiskSpace } from './disk.js';
import type { StackHome } from './home.js';
import { hasKafkaJars } from './kafka-jars.js';
import { assertPortsFree, metricsPort, type StackPorts } from './ports.js';
import { assertJava, assertMaven, assertNode } from './prerequisites.js';

/** What is about to be started. */
export interface Intent {
  home: StackHome;
  ports: StackPorts;
  apps: readonly AppName[];
  boroughs: readonly string[];
  env: NodeJS.ProcessEnv;
}

const isSet = (env: NodeJS.ProcessEnv, name: string): boolean => (env[name] ?? '') !== '';

/** @throws StackError about the machine: Node, Java, Maven, disk */
export function assertMachine({ home, env }: Intent): void {
  assertNode();
  if (!isSet(env, 'KAFKA_BROKERS')) {
    assertJava();
    if (!hasKafkaJars()) assertMaven();
  }
  assertDiskSpace(home.root);
}

/** @throws StackError that names an application that is not built, or every port that is taken */
export async function assertStartable({ ports, apps, boroughs, env }: Intent): Promise<void> {
  for (const app of apps) appSpec(app, ports, boroughs, env);
  const wanted = new Map<string, number>();
  if (!isSet(env, 'DATABASE_URL')) wanted.set('postgres', ports.postgres);
  if (!isSet(env, 'KAFKA_BROKERS')) {
    for (const door of ['kafka', 'kafka-admin', 'kafka-controller'] as const) wanted.set(door, ports[door]);
  }
  for (const app of apps) {
    wanted.set(app, ports[app]);
    wanted.set(`metrics of ${app}`, metricsPort(ports[app]));
  }
  await assertPortsFree(wanted);
}
