import { openApiOf } from '@probity/platform';
import { AuditLedgerModule } from './audit-ledger.module.js';

// Prints the description that is committed under docs/reference/openapi; needs no running stack.
const description = await openApiOf(AuditLedgerModule.watching(), 'audit-ledger');
process.stdout.write(`${JSON.stringify(description, null, 2)}\n`);
