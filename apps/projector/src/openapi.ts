import { openApiOf } from '@probity/platform';
import { projectionsFrom } from './projections/hosted-projection.js';
import { ProjectorModule } from './projector.module.js';

// Prints the description that is committed under docs/reference/openapi; needs no running stack.
const projections = projectionsFrom({ PROJECTIONS: 'matrix,safeguarding' });
const module = ProjectorModule.building({ projections });
process.stdout.write(`${JSON.stringify(await openApiOf(module, 'projector-matrix'), null, 2)}\n`);
