import type { Trouble } from '../fault.js';
import { advanceClock } from './clock.js';
import { freeze, kill, killPerson, restartBroker } from './processes.js';
import { freezeFirst, importTwice } from './second.js';
import { sendAgain } from './send-again.js';
import { dropSessions, holdTopic, loseLock } from './sessions.js';
import type { FaultSite, FaultTrace } from './site.js';
import { slowDisk } from './slow-disk.js';

/** Makes a trouble happen, lets it last, and takes it back. Resolves when it is over. */
export async function inject(trouble: Trouble, where: FaultSite): Promise<FaultTrace> {
  switch (trouble.kind) {
    case 'kill':
      return kill(where, trouble.target, trouble.downMs);
    case 'kill-person':
      return killPerson(where);
    case 'freeze':
      return freeze(where, trouble.target, trouble.holdMs);
    case 'restart-broker':
      return restartBroker(where, trouble.downMs);
    case 'drop-sessions':
      return dropSessions(where, trouble.whose, trouble.times);
    case 'slow-disk':
      return slowDisk(where, trouble.holdMs);
    case 'lost-lock':
      return loseLock(where, trouble.holdMs);
    case 'second':
      return freezeFirst(where, trouble.target, trouble.holdMs);
    case 'import-twice':
      return importTwice(where);
    case 'send-again':
      return sendAgain(where, trouble.family, trouble.records);
    case 'hold-topic':
      return holdTopic(where, trouble.family, trouble.holdMs);
    case 'clock':
      return advanceClock(where, trouble.minutes);
    default:
      throw new Error(`no such trouble as ${String(trouble satisfies never)}`);
  }
}
