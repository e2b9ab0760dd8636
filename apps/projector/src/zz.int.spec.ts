import { randomUUID } from 'node:crypto';
import { it } from '@jest/globals';
import pg from 'pg';
import { ServiceLogger, startService } from '@probity/platform';
import { startHarness } from '@probity/testing';
import { BOROUGH_CODES } from '@probity/messaging';
import { BoroughWriter, TestKeys } from '../test/borough-writer.js';
import { approved, proposed } from '../test/payloads.js';
import { connectConsumers, startConsumers } from './consumer/consumers.js';
import { migrateViews } from './migrations/run-migrations.js';
import { HOSTED } from './projections/hosted-projection.js';
import { ProjectorModule } from './projector.module.js';

it('bench', async () => {
  const harness = await startHarness({ boroughs: BOROUGH_CODES, migrate: [migrateViews] });
  const keys = new TestKeys();
  const owner: pg.Client = await harness.connect('probity_owner', 'probity_views');
  const per = 250;
  const t0 = performance.now();
  for (const code of BOROUGH_CODES) {
    const w = new BoroughWriter(harness, code, keys);
    for (let b = 0; b < per / 250; b++) {
      const ids = Array.from({ length: 250 }, () => randomUUID());
      await w.publish(
        'matrix',
        ids.flatMap((id) => [
          proposed(id, {
            evidence: Array.from({ length: 3 }, () => ({
              evidenceId: randomUUID(),
              kind: 'X',
              sourceRef: 'SYN-REF-12345',
              rootOriginId: 'abc',
              originOrg: 'MPS',
              note: 'x'.repeat(150),
            })),
          }),
          approved(id),
        ]),
      );
    }
    await w.close();
  }
  const t1 = performance.now();
  const total = per * 2 * 32;
  process.stderr.write(`written ${total} in ${((t1 - t0) / 1000).toFixed(1)} s\n`);
  const cpu0 = process.cpuUsage();
  const insp = await import('node:inspector'); const sess = new insp.Session(); sess.connect(); const post = (m: string, a?: object) => new Promise<any>((res, rej) => (sess as any).post(m, a ?? {}, (e: unknown, r: unknown) => e ? rej(e) : res(r))); await post('Profiler.enable'); await post('Profiler.start');
  const s0 = performance.now();
  const service = await startService({
    process: 'projector-matrix',
    port: 0,
    config: harness.config,
    logger: new ServiceLogger('projector-matrix', 'silent'),
    module: ProjectorModule.building({
      projections: [HOSTED.matrix],
      leasesFor: () => keys,
      boroughs: BOROUGH_CODES,
    }),
    configure: connectConsumers,
    started: startConsumers,
  });
  const s1 = performance.now();
  for (;;) {
    const { rows } = await owner.query(
      'select coalesce(sum(applied_events),0)::int n from matrix.checkpoint',
    );
    if (rows[0].n >= total) break;
    await new Promise((r) => setTimeout(r, 50));
  }
  const s2 = performance.now();
  const cpu = process.cpuUsage(cpu0);
  const prof = (await post('Profiler.stop')).profile; const self = new Map<string, number>(); const byId = new Map<number, any>(prof.nodes.map((n: any) => [n.id, n]));
  prof.samples.forEach((id: number, i: number) => { const n = byId.get(id); const k = n.callFrame.functionName + ' ' + n.callFrame.url.split('/').slice(-2).join('/') + ':' + n.callFrame.lineNumber; self.set(k, (self.get(k) ?? 0) + prof.timeDeltas[i] / 1000); });
  process.stderr.write([...self].sort((a, b) => b[1] - a[1]).slice(0, 45).map(([k, v]) => v.toFixed(0) + ' ' + k).join('\n') + '\n');
  const text = await (await fetch(`http://127.0.0.1:${service.metricsPort}/metrics`)).text();
  process.stderr.write(
    `start ${(s1 - s0).toFixed(0)} ms; catch-up ${total} in ${((s2 - s1) / 1000).toFixed(2)} s = ${(total / ((s2 - s1) / 1000)).toFixed(0)}/s cpu ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s\n` +
      text
        .split('\n')
        .filter((l) => /^probity_projection_(batches|trans|applied)/.test(l))
        .join('\n') +
      '\n',
  );
  // live: one event at a time over many boroughs
  const ws = BOROUGH_CODES.map((code) => new BoroughWriter(harness, code, keys));
  await Promise.all(ws.map((w) => w.publish('matrix', [proposed(randomUUID())])));
  const lat: number[] = [];
  for (let i = 0; i < 60; i++) {
    const id = randomUUID();
    const b = performance.now();
    await ws[i % 32]!.publish('matrix', [proposed(id), approved(id)]);
    for (;;) {
      const { rowCount } = await owner.query('select 1 from matrix.entry where record_id=$1', [id]);
      if (rowCount) break;
    }
    lat.push(performance.now() - b);
  }
  lat.sort((a, b) => a - b);
  process.stderr.write(`live visible p50 ${lat[30]!.toFixed(0)} p95 ${lat[57]!.toFixed(0)} ms\n`);
  await Promise.all(ws.map((w) => w.close()));
  await service.close();
  await harness.close();
}, 600000);
