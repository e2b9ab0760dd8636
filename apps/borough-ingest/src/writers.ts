import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchSigner } from '@probity/events';
import type { StackConfig } from '@probity/platform';

/** Nest token of the function that gives a borough's signer. */
export const SIGNER_OF = Symbol('SIGNER_OF');

/** The signers of the hosted boroughs, each with the borough's own key; read once. */
export function boroughSigners(
  config: StackConfig,
  boroughs: readonly string[],
): (borough: string) => BatchSigner {
  const folder = join(config.home, 'keys', 'writers');
  const signers = new Map(
    boroughs.map((borough) => [
      borough,
      new BatchSigner(borough, readFileSync(join(folder, `${borough}.key.pem`), 'utf8')),
    ]),
  );
  return (borough) => {
    const signer = signers.get(borough);
    if (!signer) throw new Error(`this process has no writer key of ${borough}`);
    return signer;
  };
}
