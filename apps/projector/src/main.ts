import 'reflect-metadata';
import { ConfigError, EXIT_CODES, runService } from '@probity/platform';
import { catchUpInThreads } from './catch-up/catch-up-threads.js';
import { connectConsumers, startConsumers } from './consumer/consumers.js';
import { projectionsFrom } from './projections/hosted-projection.js';
import type { HostedProjection } from './projections/hosted-projection.js';
import { ProjectorModule } from './projector.module.js';

function projectionsOrExit(): HostedProjection[] {
  try {
    return projectionsFrom(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CODES.misconfigured);
  }
}

const projections = projectionsOrExit();
const [first] = projections;
if (first) {
  await runService({
    process: first.identity,
    module: ProjectorModule.building({
      projections,
      catchUpFor: ({ name }, now) => catchUpInThreads(name, now),
    }),
    configure: connectConsumers,
    started: startConsumers,
  });
}
