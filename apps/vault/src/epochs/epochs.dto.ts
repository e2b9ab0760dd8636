import { ApiProperty } from '@nestjs/swagger';

/** One epoch of the key-encryption key. Instants are domain time. */
export class EpochReply {
  @ApiProperty({ minimum: 1 })
  epoch!: number;

  @ApiProperty({ enum: ['planned', 'current', 'retiring', 'destroyed'] })
  state!: 'planned' | 'current' | 'retiring' | 'destroyed';

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  madeAt!: string | null;

  @ApiProperty({ minimum: 0, description: 'Keys and peppers that are wrapped under it now.' })
  livingKeys!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  retiredAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  destroyedAt!: string | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'From when no backup opens what was wrapped under it alone; null as long as its key is there. See destructionAssured.',
  })
  irrecoverableAfter!: string | null;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'False: the key was deleted, but nobody can say what its medium keeps of it.',
  })
  destructionAssured!: boolean | null;
}

/** A rotation that is not finished. */
export class RotationReply {
  @ApiProperty({ minimum: 1, description: 'The retiring epoch.' })
  epoch!: number;

  @ApiProperty({ enum: ['rewrapping', 'stopped'] })
  state!: 'rewrapping' | 'stopped';

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Keys to rewrap in all; null until they are counted.',
  })
  keys!: number | null;

  @ApiProperty({ minimum: 0 })
  rewrapped!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Why it stands still.' })
  because!: string | null;

  @ApiProperty({ type: String, nullable: true })
  remedy!: string | null;
}

/** What is being done just now. */
export class RotationStateReply {
  @ApiProperty({ minimum: 1 })
  currentEpoch!: number;

  @ApiProperty({ type: RotationReply, nullable: true })
  rotation!: RotationReply | null;
}

/** Every epoch that ever was, and what is being done. */
export class EpochsReply extends RotationStateReply {
  @ApiProperty({ enum: ['file', 'pkcs11'] })
  provider!: string;

  @ApiProperty({ description: 'Whether the provider destroys a key for sure, medium included.' })
  destructionAssured!: boolean;

  @ApiProperty({ format: 'date-time', description: 'When the next epoch begins by itself.' })
  nextRotationDueAt!: string;

  @ApiProperty({ type: [EpochReply] })
  epochs!: EpochReply[];
}
