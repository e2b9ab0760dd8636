import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule, Reflector } from '@nestjs/core';
import { ClockController } from '../clock/clock.controller.js';
import { DomainClock } from '../clock/domain-clock.js';
import { STACK_CONFIG } from '../config/stack-config.js';
import type { StackConfig } from '../config/stack-config.js';
import { HealthController, PROCESS_IDENTITY } from '../health/health.controller.js';
import type { ProcessIdentity } from '../health/health.controller.js';
import { ReadinessRegistry } from '../health/readiness.registry.js';
import { CallerAuthentication } from '../http/caller-authentication.js';
import { CallerGuard } from '../http/caller.guard.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { validationPipe } from '../http/validation.js';
import { IssuerClient } from '../identity/issuer-client.js';
import { TokenVerifier } from '../identity/token-verifier.js';
import { UuidV7Source } from '../ids/uuid-v7.js';
import { ServiceLogger } from '../logging/service-logger.js';

/** What every service is made from. */
export interface PlatformParts {
  identity: ProcessIdentity;
  config: StackConfig;
  clock: DomainClock;
  logger: ServiceLogger;
}

/**
 * Gives the whole application `STACK_CONFIG`, `PROCESS_IDENTITY`, `DomainClock`, `UuidV7Source`, `ReadinessRegistry`
 * and `ServiceLogger`, and puts guard, validation and problem documents in front of every route.
 */
@Module({})
export class PlatformModule {
  /** The application's root: the platform around the module of one process. */
  static around(module: Type | DynamicModule, parts: PlatformParts): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [DiscoveryModule, module],
      controllers: [HealthController, ClockController],
      providers: [
        { provide: STACK_CONFIG, useValue: parts.config },
        { provide: PROCESS_IDENTITY, useValue: parts.identity },
        { provide: DomainClock, useValue: parts.clock },
        { provide: ServiceLogger, useValue: parts.logger },
        { provide: UuidV7Source, useFactory: () => new UuidV7Source() },
        { provide: ReadinessRegistry, useFactory: () => new ReadinessRegistry() },
        {
          provide: IssuerClient,
          useFactory: () =>
            new IssuerClient(parts.config.issuer, parts.config.issuerTls(parts.identity.process)),
        },
        {
          provide: CallerAuthentication,
          useFactory: (issuer: IssuerClient) => new CallerAuthentication(new TokenVerifier(issuer)),
          inject: [IssuerClient],
        },
        {
          provide: APP_GUARD,
          useFactory: (reflector: Reflector, authentication: CallerAuthentication) =>
            new CallerGuard(reflector, authentication),
          inject: [Reflector, CallerAuthentication],
        },
        { provide: APP_FILTER, useFactory: () => new ProblemFilter(parts.logger) },
        { provide: APP_PIPE, useFactory: validationPipe },
      ],
      exports: [STACK_CONFIG, PROCESS_IDENTITY, DomainClock, ServiceLogger, UuidV7Source, ReadinessRegistry],
    };
  }

  /** The controllers alone, for a description: providers stand in the graph but none is made from these parts. */
  static describing(module: Type | DynamicModule, identity: ProcessIdentity): DynamicModule {
    const none = {} as never;
    return PlatformModule.around(module, { identity, config: none, clock: none, logger: none });
  }
}
