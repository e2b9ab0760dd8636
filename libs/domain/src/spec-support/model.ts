import { readFileSync } from 'node:fs';
import { loadOperatingModel } from '../model/load-operating-model.js';

const text = readFileSync(new URL('../../operating-models/2026-1/model.json', import.meta.url), 'utf8');

/** The operating model as data, to be changed by a spec before it is loaded. */
export function modelData(): Record<string, Record<string, unknown>> {
  return JSON.parse(text) as Record<string, Record<string, unknown>>;
}

/** The operating model that the specs decide under. */
export const model = loadOperatingModel(text, 'hash-of-the-model-text');
