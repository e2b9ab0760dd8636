import { runService } from '@probity/platform';
import { IdentityModule, mountProvider } from './identity.module.js';

await runService({ process: 'identity', module: IdentityModule, configure: mountProvider });
