import type { INestApplication } from '@nestjs/common';
import { PositionOutOfRange } from '@probity/messaging';
import { ConfigError } from '@probity/platform';
import { HOSTS } from './host-tokens.js';
import type { ProjectionHost } from './projection-host.js';

/** Registers every host's strategy as a microservice of the application. Before the application is initialised. */
export function connectConsumers(app: INestApplication): void {
  for (const host of app.get<readonly ProjectionHost[]>(HOSTS))
    app.connectMicroservice({ strategy: host.strategy });
}

/**
 * Starts them.
 *
 * @throws ConfigError when a read model was built by another definition, or a checkpoint lies outside its topic
 */
export async function startConsumers(app: INestApplication): Promise<void> {
  try {
    await app.startAllMicroservices();
  } catch (error) {
    if (!(error instanceof PositionOutOfRange)) throw error;
    throw new ConfigError(
      error.message,
      'point the process at the broker that the read model was built from',
    );
  }
}
