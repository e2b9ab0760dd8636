import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { METRICS_PORT_OFFSET } from '@probity/platform';
import { assertPortsFree, metricsPort, portBaseOf, portsFrom } from './ports.js';

describe('ports', () => {
  let server: Server | undefined;

  afterEach(async () => {
    const open = server;
    server = undefined;
    if (open !== undefined) await new Promise((resolve) => open.close(resolve));
  });

  it('counts every listener up from the base', () => {
    expect(portsFrom(4100)).toEqual({
      'borough-ingest': 4101,
      governance: 4102,
      'retention-worker': 4107,
      vault: 4104,
      'audit-ledger': 4105,
      'projector-matrix': 4106,
      'projector-safeguarding': 4108,
      identity: 4110,
      postgres: 4132,
      kafka: 4192,
      'kafka-admin': 4193,
      'kafka-controller': 4194,
    });
    expect(metricsPort(4101)).toBe(4101 + METRICS_PORT_OFFSET);
  });

  it('uses 4100 unless told otherwise, and refuses what is no port', () => {
    expect(portBaseOf({})).toBe(4100);
    expect(portBaseOf({ PROBITY_PORT_BASE: '' })).toBe(4100);
    expect(portBaseOf({ PROBITY_PORT_BASE: '5200' })).toBe(5200);
    for (const base of [80, 65_500, 4100.5, Number.NaN])
      expect(() => portsFrom(base)).toThrow(/PROBITY_PORT_BASE/);
  });

  it('names every port in use and what it was wanted for', async () => {
    const listening = createServer();
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const { port } = listening.address() as AddressInfo;
    const wanted = new Map([['vault', port]]);
    await expect(assertPortsFree(wanted)).rejects.toThrow(
      `Port ${String(port)} (vault) already in use: stop`,
    );
  });
});
