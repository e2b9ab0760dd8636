import { Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { Callers, ProblemError } from '@probity/platform';
import { personaWithId } from './personas.js';
import { Revocations } from './revocations.js';

/** Ends what people hold, at once. */
@ApiTags('people')
@Callers('operator')
@Controller('v1/people')
export class PeopleController {
  constructor(@Inject(Revocations) private readonly revocations: Revocations) {}

  /** Ends every token of a person; nobody logs in as them until they are restored. Services take notice within 5 s. */
  @Post(':staffId/revoke')
  @HttpCode(204)
  @ApiNoContentResponse()
  revoke(@Param('staffId') staffId: string): void {
    this.revocations.revoke(known(staffId));
  }

  /** Lets a person log in again. What was given before stays ended. */
  @Post(':staffId/restore')
  @HttpCode(204)
  @ApiNoContentResponse()
  restore(@Param('staffId') staffId: string): void {
    // Tokens are dated in real time, not in domain time.
    this.revocations.restore(
      known(staffId),
      Math.floor((performance.timeOrigin + performance.now()) / 1_000),
    );
  }
}

function known(staffId: string): string {
  if (personaWithId(staffId) !== undefined) return staffId;
  throw new ProblemError({
    status: 404,
    code: 'ACC-009',
    title: 'Nobody has this staff id',
    detail: 'The identity provider does not know this staff id.',
    remedy: 'See probity whoami, or the list in the documentation.',
  });
}
