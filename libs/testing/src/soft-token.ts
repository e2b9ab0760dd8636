import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHARE_ENV, Worker } from 'node:worker_threads';

const MODULES = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

/** A software token in a folder of its own. */
export interface SoftToken {
  readonly module: string;
  readonly token: string;
  readonly pinFile: string;
  remove(): void;
}

/** Why no software token can be made here, in one line; null where it can. */
export async function whyNoSoftToken(): Promise<string | null> {
  const isThere = spawnSync('softhsm2-util', ['--version']).status === 0 && MODULES.some(existsSync);
  if (!isThere) return 'skipped: SoftHSM2 is not installed (apt-get install -y softhsm2)';
  const isBuilt = await import('pkcs11js').then(
    () => true,
    () => false,
  );
  return isBuilt ? null : 'skipped: the package pkcs11js was not built here (needs a C++ compiler)';
}

/** Makes an initialised token with a random folder and its own configuration of SoftHSM2. */
export async function makeSoftToken(): Promise<SoftToken> {
  const root = mkdtempSync(join(tmpdir(), 'probity-token-'));
  const configuration = join(root, 'softhsm2.conf');
  mkdirSync(join(root, 'tokens'));
  writeFileSync(configuration, `directories.tokendir = ${join(root, 'tokens')}\nlog.level = ERROR\n`);
  const [pin, pinFile] = ['293847', join(root, 'pin')];
  writeFileSync(pinFile, `${pin}\n`, { mode: 0o600 });
  const init = ['--init-token', '--free', '--label', 'probity-test', '--pin', pin, '--so-pin', '918273'];
  execFileSync('softhsm2-util', init, { env: { ...process.env, SOFTHSM2_CONF: configuration } });
  await setForNativeCode('SOFTHSM2_CONF', configuration);
  return {
    module: MODULES.find(existsSync) as string,
    token: 'probity-test',
    pinFile,
    remove: () => {
      rmSync(root, { recursive: true });
    },
  };
}

/** The runner gives tests a copy of the environment, which native code does not see; a thread that shares it reaches the real one. */
async function setForNativeCode(name: string, value: string): Promise<void> {
  const code =
    'const { name, value } = require("node:worker_threads").workerData; process.env[name] = value;';
  const thread = new Worker(code, { eval: true, env: SHARE_ENV, workerData: { name, value } });
  await new Promise((resolve, reject) => {
    thread.once('exit', resolve);
    thread.once('error', reject);
  });
}
