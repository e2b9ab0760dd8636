import type { CanActivate } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { ProblemError } from '../http/problem.js';
import type { StoreGatePort } from './store-gate.port.js';
import { STORE_GATE } from './store-gate.port.js';

/** Lets a command in only while store and topics agree: what is appended to a store that lacks events makes two histories. */
@Injectable()
export class StoreOpenGuard implements CanActivate {
  constructor(@Inject(STORE_GATE) private readonly gate: StoreGatePort) {}

  /** @throws ProblemError 503 STO-001 while a person has to act, STO-002 while more time helps */
  canActivate(): boolean {
    const { state } = this.gate;
    if (state === 'open') return true;
    throw state === 'shut' ? storeAndTopicsDisagree() : storeIsBeingCompared();
  }
}

function storeAndTopicsDisagree(): ProblemError {
  return new ProblemError({
    status: 503,
    code: 'STO-001',
    title: 'Store and topics disagree',
    detail: 'The store lacks events that its topics hold, or the other way round; no command is taken.',
    remedy: 'Run npx probity recover on the machine of the stack.',
  });
}

function storeIsBeingCompared(): ProblemError {
  return new ProblemError({
    status: 503,
    code: 'STO-002',
    title: 'Store and topics are being compared',
    detail: 'No command is taken until the store and its topics are known to agree.',
    remedy: 'Send the command again in a moment; probity status says how far it is.',
  });
}
