import type { INestApplication } from '@nestjs/common';
import { HOSTS } from './host-tokens.js';
import type { ProjectionHost } from './projection-host.js';

/** Registers every host's strategy as a microservice of the application. Before the application is initialised. */
export function connectConsumers(app: INestApplication): void {
  for (const host of app.get<readonly ProjectionHost[]>(HOSTS))
    app.connectMicroservice({ strategy: host.strategy });
}

/**
 * Starts them. One whose topics do not hold its checkpoints waits for them, and says so in its readiness.
 */
export async function startConsumers(app: INestApplication): Promise<void> {
  await app.startAllMicroservices();
}
