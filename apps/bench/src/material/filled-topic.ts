import { topicName } from '@probity/messaging';
import { FRESH_KEY_LIMIT } from '@probity/sealing';
import type { FreshKey } from '@probity/sealing';
import type { Lab } from '../lab/lab.js';
import { EntrySealer } from './entry-sealer.js';
import { partsOf, toRecords } from './log-records.js';

const BATCH = 500;

/** Publishes made-up entries of a borough, two events each, sealed and signed, under keys that the vault lends again. */
export async function fillTopic(lab: Lab, borough: string, events: number): Promise<void> {
  const log = lab.log(`ingest-${borough}`);
  const vault = lab.vault('borough-ingest');
  const sealer = new EntrySealer(borough);
  const signer = lab.signer(borough);
  const topic = topicName(sealer.topic, lab.config.topicPrefix);
  for (let left = events / 2; left > 0; left -= FRESH_KEY_LIMIT) {
    const count = Math.min(left, FRESH_KEY_LIMIT);
    const keys: FreshKey[] = await vault.freshKeys({ borough, family: 'matrix', count });
    for (const part of partsOf(keys, BATCH / 2)) {
      const block = part.flatMap((key) => sealer.next(key).events);
      await log.send(topic, 0, toRecords(sealer.topic, block, signer));
    }
  }
}
