import { runService } from '@probity/platform';
import { IngestModule } from './ingest.module.js';

await runService({ process: 'borough-ingest', module: IngestModule });
