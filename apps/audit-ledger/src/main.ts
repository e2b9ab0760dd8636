import { setPriority } from 'node:os';
import { runService } from '@probity/platform';
import { AuditLedgerModule } from './audit-ledger.module.js';

// It looks after the others and must never be in their way: on a busy machine it takes what they leave (POSIX nice 10).
setPriority(10);
await runService({ process: 'audit-ledger', module: AuditLedgerModule.watching() });
