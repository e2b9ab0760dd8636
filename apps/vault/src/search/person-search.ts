import { Inject, Injectable } from '@nestjs/common';
import { shortReference } from '@probity/domain';
import { agreementOf, questionTerms, Tokeniser } from '@probity/identity-matching';
import type { NameQuestion } from '@probity/identity-matching';
import { PepperVault } from '../peppers/pepper.vault.js';
import { IdentityTokenRepository, type SearchedPlace } from './identity-token.repository.js';
import type { FoundRecord } from './search.dto.js';

/** Finds records by what somebody is called and when they were born, through tokens alone: nothing is opened for it. */
@Injectable()
export class PersonSearch {
  constructor(
    @Inject(IdentityTokenRepository) private readonly tokens: IdentityTokenRepository,
    @Inject(PepperVault) private readonly peppers: PepperVault,
  ) {}

  /** Who agrees with the question, the best first; equal ones in an order that says nothing. */
  async find(question: NameQuestion, place: SearchedPlace, most: number): Promise<FoundRecord[]> {
    const asked = questionTerms(question);
    const tokens = await this.peppers.use('search', (pepper) => {
      const tokeniser = new Tokeniser(pepper);
      return asked.map(({ term }) => tokeniser.tokenOf(term));
    });
    const hits = await this.tokens.find(tokens, place);
    return hits
      .flatMap(({ recordId, borough, places }) => {
        const clues = places.flatMap((at) => asked[at]?.clue ?? []);
        const agreeing = agreementOf(question, clues);
        return agreeing === null ? [] : [{ recordId, borough, ...agreeing }];
      })
      .sort((one, other) => other.score - one.score || (one.recordId < other.recordId ? -1 : 1))
      .slice(0, most)
      .map(({ recordId, borough, agreement, agreed }) => ({
        ...{ recordId, reference: shortReference(recordId), borough, agreement, agreed: [...agreed] },
      }));
  }
}
