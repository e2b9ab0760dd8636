import { request } from 'node:https';
import { waitUntil } from '@probity/local-stack';
import { ServiceLogger, startService } from '@probity/platform';
import type { RunningService } from '@probity/platform';
import type { CaseLeases } from '@probity/projection';
import type { Harness } from '@probity/testing';
import { connectConsumers, startConsumers } from '../src/consumer/consumers.js';
import type { HostedProjection } from '../src/projections/hosted-projection.js';
import { ProjectorModule } from '../src/projector.module.js';

/** What a projector answered. */
export interface ProjectorAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** Longest that a test waits for something, ms. */
export const LIMIT_MS = 40_000;

/** A projector on the servers of a harness, spoken to as operator. */
export class ProjectorUnderTest {
  private constructor(
    private readonly harness: Harness,
    private readonly service: RunningService,
  ) {}

  /** @param projection of this code, or one that a test has changed */
  static async start(
    harness: Harness,
    projection: HostedProjection,
    leases: CaseLeases,
    boroughs: readonly string[],
  ): Promise<ProjectorUnderTest> {
    const service = await startService({
      process: projection.identity,
      port: 0,
      config: harness.config,
      logger: new ServiceLogger(projection.identity, 'silent'),
      module: ProjectorModule.building({
        projections: [projection],
        leasesFor: () => leases,
        boroughs,
        onFatal: () => undefined,
      }),
      configure: connectConsumers,
      started: startConsumers,
    });
    return new ProjectorUnderTest(harness, service);
  }

  /** Reads, or sends what is given. */
  call(path: string, content?: object): Promise<ProjectorAnswer> {
    const options = {
      ...this.harness.config.personTls('operator'),
      agent: false,
      method: content ? 'POST' : 'GET',
      ...(content && { headers: { 'content-type': 'application/json' } }),
    };
    return new Promise((resolve, reject) => {
      const call = request(this.service.url + path, options, (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const body = JSON.parse(Buffer.concat(parts).toString()) as ProjectorAnswer['body'];
          resolve({ status: response.statusCode ?? 0, body });
        });
      });
      call.on('error', reject);
      call.end(content && JSON.stringify(content));
    });
  }

  /** Asks until an answer is as it should be, and gives the last one. */
  async until(path: string, isRight: (body: ProjectorAnswer['body']) => boolean): Promise<ProjectorAnswer> {
    let answer = await this.call(path);
    await waitUntil(async () => isRight((answer = await this.call(path)).body), LIMIT_MS);
    return answer;
  }

  close(): Promise<void> {
    return this.service.close();
  }
}
