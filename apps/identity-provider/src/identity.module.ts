import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { IdentityService } from './identity.service.js';
import { PeopleController } from './people.controller.js';
import { Revocations } from './revocations.js';

/** The local identity provider, for stores in which everybody is invented. */
@Module({ controllers: [PeopleController], providers: [IdentityService, Revocations] })
export class IdentityModule {}

const OF_THE_PLATFORM = /^\/(health\/|info$|openapi\.json$|v1\/)/;

/** Gives every request that is not the platform's to the provider, before anything has read its body. */
export function mountProvider(app: NestFastifyApplication): void {
  const identity = app.get(IdentityService);
  const server: FastifyInstance = app.getHttpAdapter().getInstance();
  server.addHook('onRequest', (request, reply, done) => {
    if (OF_THE_PLATFORM.test(request.url.split('?', 1)[0] ?? '')) {
      done();
      return;
    }
    reply.hijack();
    identity.handle(request.raw, reply.raw).catch(() => reply.raw.destroy());
  });
}
