import { createHash } from 'node:crypto';
import { canonicalBytes } from '@probity/events';
import type { ProjectionDefinition, RecordState } from './projection-definition.js';

/**
 * SHA-256, hex, of everything that decides which rows a projection makes. It is stored beside each checkpoint. The schema is not part
 * of it: every generation of one definition makes the same rows.
 */
export function fingerprintOf<S extends RecordState>(definition: ProjectionDefinition<S>): string {
  const handles = [...definition.handles].map(
    ([type, { opensCase }]) => [type, opensCase] as [string, boolean],
  );
  const content = canonicalBytes({
    name: definition.name,
    version: definition.version,
    schema: definition.name, // kept from the time of one schema a projection: stored fingerprints hold it
    handles: handles.sort(([a], [b]) => (a < b ? -1 : 1)),
    ignores: [...definition.ignores].sort(),
    inputs: definition.fingerprintInputs,
  });
  return createHash('sha256').update(content).digest('hex');
}
