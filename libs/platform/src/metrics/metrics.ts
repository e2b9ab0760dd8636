import { Registry, collectDefaultMetrics } from 'prom-client';

const registry = new Registry();
let isCollecting = false;

/**
 * The metrics of this process, shared by every library in it. Labels carry processes, topics and routes: never ids,
 * never anything about a person.
 */
export function metrics(): Registry {
  return registry;
}

/** Begins the collection of the runtime's own figures (memory, event loop, garbage collection); once per process. */
export function collectRuntimeMetrics(process: string): void {
  if (isCollecting) return;
  isCollecting = true;
  registry.setDefaultLabels({ process });
  collectDefaultMetrics({ register: registry });
}
