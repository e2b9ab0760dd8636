import { describe, expect, it } from '@jest/globals';
import { assertDiskSpace } from './disk.js';
import { externalServer } from './external.js';
import { messageOf } from './last-words.js';
import { wordsOf } from './readiness.js';
import { scramVerifier } from './roles.js';

describe('what the stack says', () => {
  it('refuses a full disk and says what to do', () => {
    expect(() => {
      assertDiskSpace('/data', 1024, 12);
    }).toThrow('Only 12 MiB are free on the disk of /data and 1024 MiB are needed: free some space');
  });

  it('takes the last words of a process from its log', () => {
    expect(messageOf('{"msg":"the process failed","error":{"message":"no route"}}')).toBe(
      'the process failed: no route',
    );
    expect(messageOf('{"msg":"ready"}')).toBe('ready');
    expect(messageOf('plain text')).toBe('plain text');
  });

  it('says what a person should know of a process that is ready', () => {
    const probes = [{ name: 'consumer', ready: true, detail: 'consuming', notice: 'parked 1' }];
    expect(wordsOf(Buffer.from(JSON.stringify({ ready: true, held: false, probes })))).toEqual({
      held: false,
      detail: 'consumer: parked 1',
    });
  });

  it('says which probes keep a process from being ready', () => {
    const probes = [
      { name: 'postgres', ready: true, detail: 'answers' },
      { name: 'kafka', ready: false, detail: 'no answer' },
    ];
    const answer = { ready: false, held: false, probes };
    expect(wordsOf(Buffer.from(JSON.stringify(answer)))).toEqual({ held: false, detail: 'kafka: no answer' });
    expect(wordsOf(Buffer.from('<html>')).detail).toBe('answers in a way that cannot be read');
  });

  it('says what a person has to do where waiting does not help', () => {
    const probes = [
      { name: 'relay', ready: false, detail: 'the store is behind', remedy: 'run probity recover' },
    ];
    expect(wordsOf(Buffer.from(JSON.stringify({ ready: false, held: true, probes })))).toEqual({
      held: true,
      detail: 'relay: the store is behind: run probity recover',
    });
  });

  it('reads DATABASE_URL and never repeats it in a refusal', () => {
    expect(externalServer({})).toBeNull();
    expect(externalServer({ DATABASE_URL: 'postgres://admin:p%40ss@db.example:6543/main' })).toMatchObject({
      host: 'db.example',
      port: 6543,
      user: 'admin',
      password: 'p@ss',
      database: 'main',
    });
    const refusal = (): unknown => externalServer({ DATABASE_URL: 'mysql://admin:secret@db' });
    expect(refusal).toThrow(/DATABASE_URL cannot be read/);
    expect(refusal).not.toThrow(/secret/);
  });

  it('keeps of a password what PostgreSQL keeps', () => {
    // The example of RFC 7677, section 3.
    const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
    expect(scramVerifier('pencil', salt, 4096)).toBe(
      'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
    );
  });
});
