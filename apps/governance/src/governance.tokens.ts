/** Nest token of the signer of governance's events. */
export const GOVERNANCE_SIGNER = Symbol('GOVERNANCE_SIGNER');

/** Nest token of the hash of the operating model in force. */
export const POLICY_VERSION = Symbol('POLICY_VERSION');
