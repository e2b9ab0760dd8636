import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { DEFAULT_VERSION } from '../config/process-name.js';
import type { ProcessName } from '../config/process-name.js';
import { PROCESS_IDENTITY } from '../health/health.controller.js';
import type { ProcessIdentity } from '../health/health.controller.js';
import { BEARER_TOKEN, MUTUAL_TLS } from '../http/callers.decorator.js';
import { PlatformModule } from '../service/platform.module.js';
import { withRefusals } from './refusals.js';

/** Where a service publishes its own description. */
const OPENAPI_PATH = '/openapi.json';

/**
 * The OpenAPI 3.1 description of a service, built from its controllers. `x-callers` on each route says who may call it.
 *
 * @param app a service of this platform, as `startService` gives it
 */
export function openApiFor(app: INestApplication): OpenAPIObject {
  return describe(app, app.get<ProcessIdentity>(PROCESS_IDENTITY));
}

/**
 * The description of a service that is not running: no provider is made, nothing is connected, no stack is needed.
 * For the committed description and the check that it is not stale.
 *
 * @param module Nest module of the process
 */
export async function openApiOf(
  module: Type | DynamicModule,
  process: ProcessName,
  version = DEFAULT_VERSION,
): Promise<OpenAPIObject> {
  const identity = { process, version };
  const app = await NestFactory.create(PlatformModule.describing(module, identity), new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  const document = describe(app, identity);
  await app.close();
  return document;
}

/** Publishes the description at {@link OPENAPI_PATH} for anyone; it is built when first asked for. */
export function serveOpenApi(app: INestApplication, identity: ProcessIdentity): void {
  let document: string | undefined;
  const adapter = app.getHttpAdapter();
  adapter.get(OPENAPI_PATH, (_request: unknown, reply: { header(name: string, value: string): unknown }) => {
    document ??= JSON.stringify(describe(app, identity));
    reply.header('content-type', 'application/json; charset=utf-8');
    adapter.reply(reply, document, 200);
  });
}

function describe(app: INestApplication, identity: ProcessIdentity): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle(`Probity ${identity.process}`)
    .setDescription('Errors are application/problem+json (RFC 9457). Times are RFC 3339 in UTC.')
    .setVersion(identity.version)
    .addSecurity(MUTUAL_TLS, { type: 'mutualTLS' } as never)
    .addBearerAuth(
      {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'RFC 9068, bound to the client certificate of the connection (RFC 8705)',
      },
      BEARER_TOKEN,
    )
    .build();
  return withRefusals(SwaggerModule.createDocument(app, settings));
}
