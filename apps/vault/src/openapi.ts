import { openApiOf } from '@probity/platform';
import { VaultModule } from './vault.module.js';

// Prints the description that is committed under docs/reference/openapi; needs no running stack.
process.stdout.write(`${JSON.stringify(await openApiOf(VaultModule, 'vault'), null, 2)}\n`);
