import { ApiProperty } from '@nestjs/swagger';
import { Matches } from 'class-validator';

/** Which record an act of an erasure is about. */
export class ErasureOrder {
  @ApiProperty({ format: 'uuid' })
  @Matches(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  recordId!: string;
}

/** The record that is fenced, or is not any more. */
export class FenceReply {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty()
  fenced!: boolean;
}

/** What was destroyed, and when; the same at every call. */
export class DestructionReply {
  @ApiProperty({ format: 'uuid' })
  recordId!: string;

  @ApiProperty({ type: [Number] })
  dekVersions!: readonly number[];

  @ApiProperty({ format: 'date-time' })
  destroyedAt!: string;
}
