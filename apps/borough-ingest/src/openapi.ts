import { openApiOf } from '@probity/platform';
import { IngestModule } from './ingest.module.js';

// Prints the description that is committed under docs/reference/openapi; needs no running stack.
process.stdout.write(`${JSON.stringify(await openApiOf(IngestModule, 'borough-ingest'), null, 2)}\n`);
