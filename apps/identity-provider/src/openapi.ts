import { openApiOf } from '@probity/platform';
import { IdentityModule } from './identity.module.js';

// Prints the description that is committed under docs/reference/openapi; needs no running stack.
process.stdout.write(`${JSON.stringify(await openApiOf(IdentityModule, 'identity'), null, 2)}\n`);
