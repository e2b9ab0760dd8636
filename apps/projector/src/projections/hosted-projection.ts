import type { TopicFamily } from '@probity/messaging';
import type { ProjectionIn, RecordState } from '@probity/projection';
import { ConfigError } from '@probity/platform';
import type { ProcessName } from '@probity/platform';
import { matrixProjection } from './matrix/matrix.projection.js';
import { safeguardingProjection } from './safeguarding/safeguarding.projection.js';

/** Names that `PROJECTIONS` may hold. */
export const PROJECTION_NAMES = ['matrix', 'safeguarding'] as const;
/** Name of one projection: also the schema of its live generation, its topics' family and the start of its consumer group. */
export type ProjectionName = (typeof PROJECTION_NAMES)[number];

/** A projection with the identities under which this process builds it: one each, so that no right spans two of them. */
export interface HostedProjection {
  readonly name: ProjectionName;
  /** Its definition for the schema of one of its generations. */
  readonly define: ProjectionIn<RecordState>;
  readonly topics: TopicFamily;
  readonly databaseRole: string;
  /** Process name, Kafka principal and name of the certificate towards the vault. */
  readonly identity: Extract<ProcessName, `projector-${string}`>;
}

// A definition is used through its own states alone, so the state's type may be forgotten here.
function hosted<S extends RecordState>(
  name: ProjectionName,
  define: ProjectionIn<S>,
  databaseRole: string,
): HostedProjection {
  const forgotten = define as unknown as ProjectionIn<RecordState>;
  return { name, define: forgotten, topics: name, databaseRole, identity: `projector-${name}` };
}

/** Every projection of this version. */
export const HOSTED: Readonly<Record<ProjectionName, HostedProjection>> = {
  matrix: hosted('matrix', matrixProjection, 'probity_matrix'),
  safeguarding: hosted('safeguarding', safeguardingProjection, 'probity_safeguarding'),
};

/**
 * The projections that `PROJECTIONS` names, with commas between them.
 *
 * @throws ConfigError when it names none, one twice, or one that does not exist
 */
export function projectionsFrom(env: NodeJS.ProcessEnv): HostedProjection[] {
  const names = (env['PROJECTIONS'] ?? '').split(',').map((name) => name.trim());
  const remedy = `set PROJECTIONS to one or more of ${PROJECTION_NAMES.join(', ')}`;
  const found = names.map((name) => {
    const known = PROJECTION_NAMES.find((candidate) => candidate === name);
    if (!known) throw new ConfigError('PROJECTIONS does not name the read models to build', remedy);
    return HOSTED[known];
  });
  if (new Set(found).size !== found.length)
    throw new ConfigError('PROJECTIONS names a read model twice', remedy);
  return found;
}
