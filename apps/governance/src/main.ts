import { runService } from '@probity/platform';
import { GovernanceModule } from './governance.module.js';

await runService({ process: 'governance', module: GovernanceModule });
