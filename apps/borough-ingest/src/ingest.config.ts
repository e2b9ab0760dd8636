import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BOROUGH_CODES } from '@probity/messaging';

/** What one deployment of the borough ingest hosts, and its bounds. */
export interface IngestConfig {
  /** GSS codes of the boroughs whose lists this process writes. */
  readonly boroughs: readonly string[];
  /** Folder of the spreadsheet dialects. */
  readonly adaptersDirectory: string;
  /** Rows decided and appended in one transaction. */
  readonly blockRows: number;
  /** Greatest upload, bytes. */
  readonly maxFileBytes: number;
  /** Greatest groups file, bytes. */
  readonly maxGroupsBytes: number;
}

/** Nest token of the {@link IngestConfig}. */
export const INGEST_CONFIG = Symbol('INGEST_CONFIG');

/** Domain hours for which the outcomes and problem rows of an import are kept for its uploader. */
export const OUTCOMES_KEPT_HOURS = 24;

/**
 * Read the configuration; `BOROUGHS` lists the hosted codes, all 32 when absent.
 *
 * @throws Error naming a code that is no borough.
 */
export function loadIngestConfig(env: NodeJS.ProcessEnv = process.env): IngestConfig {
  const boroughs = env['BOROUGHS']
    ? env['BOROUGHS'].split(',').map((code) => code.trim())
    : [...BOROUGH_CODES];
  const foreign = boroughs.find((code) => !BOROUGH_CODES.includes(code));
  if (foreign !== undefined)
    throw new Error(`BOROUGHS names ${foreign}, which is no borough; use codes from E09000002 to E09000033`);
  return {
    boroughs,
    adaptersDirectory: env['PROBITY_ADAPTERS'] ?? join(projectRoot(), 'apps', 'borough-ingest', 'adapters'),
    blockRows: 500,
    maxFileBytes: 4 * 1024 ** 3,
    maxGroupsBytes: 8 * 1024 ** 2,
  };
}

/** The project's folder: three above the sources, four above the built files under `dist`. */
function projectRoot(): string {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const isBuilt = here.includes(join('dist', 'apps'));
  return join(here, '..', '..', '..', ...(isBuilt ? ['..'] : []));
}
