import { openApiOf } from '@probity/platform';
import { GovernanceModule } from './governance.module.js';

// Prints the description that is committed under docs/reference/openapi; needs no running stack.
process.stdout.write(`${JSON.stringify(await openApiOf(GovernanceModule, 'governance'), null, 2)}\n`);
