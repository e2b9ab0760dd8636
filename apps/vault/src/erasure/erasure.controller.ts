import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Callers, Refuses } from '@probity/platform';
import { DestructionReply, ErasureOrder, FenceReply } from './erasure.dto.js';
import { ErasureService } from './erasure.service.js';
import { WaitsForRequests } from './requests-in-flight.js';

/** The vault's part in the erasure of a record. Each order is carried out only when the log of the record says so. */
@ApiTags('erasure')
@Controller('v1')
@Callers('service:retention-worker')
@WaitsForRequests()
export class ErasureController {
  constructor(@Inject(ErasureService) private readonly erasures: ErasureService) {}

  /** Lends and opens nothing of the record any more. 409 ERA-001, ERA-002, ERA-005, 404 ERA-010. */
  @Post('fences')
  @Refuses(404, 'ERA-010')
  @Refuses(409, 'ERA-001', 'ERA-002', 'ERA-005', 'ERA-007')
  @HttpCode(200)
  @ApiOkResponse({ type: FenceReply })
  async fence(@Body() { recordId }: ErasureOrder): Promise<FenceReply> {
    await this.erasures.fence(recordId);
    return { recordId, fenced: true };
  }

  /** Lifts the fence of a cancelled erasure. 409 ERA-002, ERA-007, ERA-009. */
  @Post('fences/cancel')
  @Refuses(404, 'ERA-010')
  @Refuses(409, 'ERA-001', 'ERA-002', 'ERA-007', 'ERA-009')
  @HttpCode(200)
  @ApiOkResponse({ type: FenceReply })
  async lift(@Body() { recordId }: ErasureOrder): Promise<FenceReply> {
    await this.erasures.lift(recordId);
    return { recordId, fenced: false };
  }

  /** Destroys the keys of a fenced record, once nobody holds them. 409 ERA-001 to ERA-006, ERA-008, 404 ERA-010. */
  @Post('destroy-key')
  @Refuses(404, 'ERA-010')
  @Refuses(409, 'ERA-001', 'ERA-002', 'ERA-003', 'ERA-004', 'ERA-005', 'ERA-006', 'ERA-007', 'ERA-008')
  @HttpCode(200)
  @ApiOkResponse({ type: DestructionReply })
  async destroy(@Body() { recordId }: ErasureOrder): Promise<DestructionReply> {
    return this.erasures.destroy(recordId);
  }
}
