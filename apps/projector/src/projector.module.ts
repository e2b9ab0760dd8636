import { Inject, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, OnApplicationShutdown, Type } from '@nestjs/common';
import type { StallLimits } from '@probity/messaging';
import { DomainClock, ServiceLogger, STACK_CONFIG } from '@probity/platform';
import type { StackConfig } from '@probity/platform';
import { VaultClient } from '@probity/sealing';
import type { CatchUpBeside } from './catch-up/catch-up-port.js';
import { BATCH_CONTROLLERS } from './consumer/batch.controllers.js';
import { HOST_TOKENS, HOSTS } from './consumer/host-tokens.js';
import { ProjectionHost } from './consumer/projection-host.js';
import type { ClosableLeases } from './consumer/projection-host.js';
import { GENERATIONS } from './generations/generation-tokens.js';
import { GenerationService } from './generations/generation.service.js';
import { CheckpointsController } from './http/checkpoints.controller.js';
import { ParkedController } from './http/parked.controller.js';
import { ProjectionsController } from './http/projections.controller.js';
import { SafeguardingSummaryController } from './http/safeguarding-summary.controller.js';
import { PARKED } from './parked/parked-tokens.js';
import { ParkedService } from './parked/parked.service.js';
import type { HostedProjection } from './projections/hosted-projection.js';
import { ReadModelChecks } from './reconciliation/read-model-checks.js';
import { ReadModelsController } from './reconciliation/read-models.controller.js';
import { ReadModelsTelemetry } from './reconciliation/read-models.telemetry.js';
import { ProjectionTelemetry } from './telemetry/projection.telemetry.js';

/** What a projector builds, and what a deployment or a test may set. */
export interface ProjectorOptions {
  readonly projections: readonly HostedProjection[];
  /** Who lends `case` subkeys; the vault unless given. */
  readonly leasesFor?: (projection: HostedProjection, config: StackConfig) => ClosableLeases;
  /** Boroughs whose topics are read; all of them unless given. */
  readonly boroughs?: readonly string[];
  /** How a long way is caught up; on the event loop of the process unless given. */
  readonly catchUpFor?: (projection: HostedProjection, now: () => string) => CatchUpBeside;
  /** How long work may take before it counts as hung. */
  readonly stallLimits?: StallLimits;
  /** What happens when a consumer is beyond recovery; by default the process fails. */
  readonly onFatal?: (reason: string) => void;
}

/** The vault as this projection's own service: the vault lends it the keys of its own family. */
function vaultFor(projection: HostedProjection, config: StackConfig): ClosableLeases {
  const url = `https://127.0.0.1:${String(config.ports.vault)}`;
  return new VaultClient({ url, tls: config.serviceTls(projection.identity) });
}

// Thrown outside any promise, so that the process ends as it does for every fault that nobody caught.
function failProcess(reason: string): void {
  setImmediate(() => {
    throw new Error(reason);
  });
}

function hostProvider(
  projection: HostedProjection,
  options: ProjectorOptions,
): FactoryProvider<ProjectionHost> {
  return {
    provide: HOST_TOKENS[projection.name],
    inject: [STACK_CONFIG, ServiceLogger, DomainClock],
    useFactory: (config: StackConfig, logger: ServiceLogger, clock: DomainClock) =>
      new ProjectionHost({
        projection,
        config,
        clock,
        leases: (options.leasesFor ?? vaultFor)(projection, config),
        ...(options.boroughs && { boroughs: options.boroughs }),
        ...(options.stallLimits && { stallLimits: options.stallLimits }),
        ...(options.catchUpFor && { catchUpBeside: options.catchUpFor(projection, () => clock.now()) }),
        logger: (level, message) => {
          if (level === 'error' || level === 'warn')
            logger.warn(`broker client: ${message}`, projection.identity);
        },
        onFailure: (sentence) => {
          logger.error(sentence, projection.identity);
        },
        onFatal: options.onFatal ?? failProcess,
      }),
  };
}

/** A process that builds read models. Connect the hosts' strategies before it is initialised: see `connectConsumers`. */
@Module({})
export class ProjectorModule implements OnApplicationShutdown {
  constructor(
    @Inject(HOSTS) private readonly hosts: readonly ProjectionHost[],
    @Inject(GENERATIONS) private readonly generations: readonly GenerationService[],
    @Inject(ReadModelChecks) private readonly checks: ReadModelChecks,
  ) {}

  static building(options: ProjectorOptions): DynamicModule {
    const tokens = options.projections.map((projection) => HOST_TOKENS[projection.name]);
    const hasSafeguarding = options.projections.some((projection) => projection.name === 'safeguarding');
    const http: Type[] = [
      CheckpointsController,
      ProjectionsController,
      ParkedController,
      ReadModelsController,
      ...(hasSafeguarding ? [SafeguardingSummaryController] : []),
    ];
    return {
      module: ProjectorModule,
      controllers: [...http, ...options.projections.map((projection) => BATCH_CONTROLLERS[projection.name])],
      providers: [
        ...options.projections.map((projection) => hostProvider(projection, options)),
        { provide: HOSTS, inject: tokens, useFactory: (...hosts: ProjectionHost[]) => hosts },
        {
          provide: GENERATIONS,
          inject: [HOSTS, DomainClock],
          useFactory: (hosts: readonly ProjectionHost[], clock: DomainClock) =>
            hosts.map((host) => new GenerationService(host, clock)),
        },
        {
          provide: PARKED,
          inject: [HOSTS, DomainClock, ServiceLogger],
          useFactory: (hosts: readonly ProjectionHost[], clock: DomainClock, logger: ServiceLogger) =>
            hosts.map((host) => new ParkedService(host, clock, logger)),
        },
        ProjectionTelemetry,
        {
          provide: ReadModelChecks,
          inject: [HOSTS, STACK_CONFIG, DomainClock, ServiceLogger],
          useFactory: (
            hosts: readonly ProjectionHost[],
            config: StackConfig,
            clock: DomainClock,
            logger: ServiceLogger,
          ) => new ReadModelChecks({ hosts, config, clock, logger }),
        },
        ReadModelsTelemetry,
      ],
    };
  }

  /** After the strategies have handed in their batches. */
  async onApplicationShutdown(): Promise<void> {
    await this.checks.stop();
    await Promise.all(this.generations.map((service) => service.close()));
    await Promise.all(this.hosts.map((host) => host.close()));
  }
}
