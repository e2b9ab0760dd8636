import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, Refuses } from '@probity/platform';
import { EpochStatus } from './epoch-status.js';
import { EpochsReply, RotationStateReply } from './epochs.dto.js';
import { RotationService } from './rotation.service.js';

/** Epochs of the key-encryption key. */
@ApiTags('epochs')
@Callers('operator')
@Controller('v1/epochs')
export class EpochsController {
  constructor(
    @Inject(EpochStatus) private readonly status: EpochStatus,
    @Inject(RotationService) private readonly rotations: RotationService,
  ) {}

  /** Every epoch, what is wrapped under it, and the rotation that is unfinished. Counts every key. */
  @Get()
  @ApiOkResponse({ type: EpochsReply })
  read(): Promise<EpochsReply> {
    return this.status.read();
  }

  /** The rotation that is unfinished, and how far it is. */
  @Get('rotation')
  @ApiOkResponse({ type: RotationStateReply })
  readRotation(): Promise<RotationStateReply> {
    return this.status.rotation();
  }

  /**
   * Begins the next epoch, or goes on with the rotation that is unfinished. Answers when new keys are wrapped under the
   * next epoch; the others are rewrapped meanwhile. 409 KEY-002 when a rotation is under way, 503 KEY-003 when the key
   * provider fails.
   */
  @Post('rotate')
  @Refuses(409, 'KEY-002')
  @Refuses(503, 'KEY-003')
  @HttpCode(202)
  @ApiAcceptedResponse({ type: RotationStateReply })
  async rotate(): Promise<RotationStateReply> {
    await this.rotations.rotate();
    return this.status.rotation();
  }
}
