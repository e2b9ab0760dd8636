import { runService } from '@probity/platform';
import { BODY_LIMIT, VaultModule } from './vault.module.js';

await runService({ process: 'vault', module: VaultModule, bodyLimit: BODY_LIMIT });
