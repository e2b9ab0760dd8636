import type { Handle, Template } from 'pkcs11js';
import { KEY_BYTES } from '../hkdf.js';
import { epochDigits } from '../key-provider.js';
import type { Cryptoki } from './cryptoki.js';

const FIND_AT_ONCE = 64;

/** The key objects of one store in a token: one an epoch, labelled `<store>/epoch-<six digits>`. */
export class TokenKeys {
  constructor(
    private readonly cryptoki: Cryptoki,
    private readonly store: string,
  ) {}

  /** The epochs that have a key, ascending. */
  list(session: Handle): number[] {
    const { binding, module } = this.cryptoki;
    const prefix = `${this.store}/epoch-`;
    const epochs = this.#find(session, []).map((key) => {
      const [label] = module.C_GetAttributeValue(session, key, [{ type: binding.CKA_LABEL }]);
      const text = Buffer.from(label?.value as Buffer).toString('utf8');
      return text.startsWith(prefix) && /^\d{6}$/.test(text.slice(prefix.length))
        ? Number(text.slice(prefix.length))
        : 0;
    });
    return [...new Set(epochs)].filter((epoch) => epoch > 0).sort((a, b) => a - b);
  }

  /** The key object of an epoch, undefined where there is none. */
  find(session: Handle, epoch: number): Handle | undefined {
    return this.#find(session, [this.#labelled(epoch)])[0];
  }

  /** Makes the key inside the token. It never leaves it, not even wrapped. */
  generate(session: Handle, epoch: number): void {
    const { binding, module } = this.cryptoki;
    module.C_GenerateKey(session, { mechanism: binding.CKM_AES_KEY_GEN }, [
      { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
      { type: binding.CKA_KEY_TYPE, value: binding.CKK_AES },
      { type: binding.CKA_VALUE_LEN, value: KEY_BYTES },
      this.#labelled(epoch),
      { type: binding.CKA_TOKEN, value: true },
      { type: binding.CKA_PRIVATE, value: true },
      { type: binding.CKA_SENSITIVE, value: true },
      { type: binding.CKA_EXTRACTABLE, value: false },
      { type: binding.CKA_MODIFIABLE, value: false },
      { type: binding.CKA_ENCRYPT, value: true },
      { type: binding.CKA_DECRYPT, value: true },
      { type: binding.CKA_WRAP, value: false },
      { type: binding.CKA_UNWRAP, value: false },
    ]);
  }

  /** Destroys every key object of the epoch. */
  destroy(session: Handle, epoch: number): void {
    for (const key of this.#find(session, [this.#labelled(epoch)]))
      this.cryptoki.module.C_DestroyObject(session, key);
  }

  #labelled(epoch: number): Template[number] {
    return { type: this.cryptoki.binding.CKA_LABEL, value: `${this.store}/epoch-${epochDigits(epoch)}` };
  }

  #find(session: Handle, attributes: Template): Handle[] {
    const { binding, module } = this.cryptoki;
    const found: Handle[] = [];
    module.C_FindObjectsInit(session, [
      { type: binding.CKA_CLASS, value: binding.CKO_SECRET_KEY },
      ...attributes,
    ]);
    try {
      for (;;) {
        const some = module.C_FindObjects(session, FIND_AT_ONCE);
        found.push(...some);
        if (some.length < FIND_AT_ONCE) return found;
      }
    } finally {
      module.C_FindObjectsFinal(session);
    }
  }
}
