import { Inject, Injectable } from '@nestjs/common';
import { ReadinessRegistry } from '@probity/platform';
import { DataSource } from 'typeorm';
import { ViewsPool } from './views-pool.js';

/** Says whether both databases answer. */
@Injectable()
export class DatabaseProbes {
  constructor(
    @Inject(ReadinessRegistry) readiness: ReadinessRegistry,
    @Inject(DataSource) source: DataSource,
    @Inject(ViewsPool) views: ViewsPool,
  ) {
    readiness.add({ name: 'events-database', check: () => answers(source.query('SELECT 1')) });
    readiness.add({
      name: 'views-database',
      check: () => answers(views.query('SELECT FROM matrix.entry LIMIT 0', [])),
    });
  }
}

async function answers(question: Promise<unknown>): Promise<{ ready: boolean; detail: string }> {
  try {
    await question;
    return { ready: true, detail: 'answers' };
  } catch {
    return { ready: false, detail: 'does not answer' };
  }
}
