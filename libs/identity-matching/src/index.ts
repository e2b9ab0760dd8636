export { agreementOf } from './agreement.js';
export type { Agreement, AgreedPart } from './agreement.js';
export { Tokeniser, TOKEN_BYTES } from './tokeniser.js';
export { recordTerms } from './record-terms.js';
export type { NamedPerson } from './record-terms.js';
export { questionTerms } from './question-terms.js';
export type { NameQuestion, Clue, AskedTerm } from './question-terms.js';
