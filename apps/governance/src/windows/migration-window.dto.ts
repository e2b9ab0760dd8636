import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, IsRFC3339, IsUUID, Matches, Max, Min, ValidateIf } from 'class-validator';
import type { MigrationWindow, WindowState } from './migration-window.entity.js';

const SHA_256 = /^[0-9a-f]{64}$/;
const GSS_CODE = /^E\d{8}$/;
const UTC = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;
const HASH_MESSAGE = '$property must be a SHA-256 hash of 64 small hexadecimal digits';
const CODE_MESSAGE = '$property must be a GSS code';

/** Body of a request for a window. */
export class WindowRequestBody {
  @ApiProperty({ example: 'E09000012' })
  @Matches(GSS_CODE, { message: CODE_MESSAGE })
  borough!: string;

  @ApiProperty({ pattern: SHA_256.source, description: 'SHA-256 of the file' })
  @Matches(SHA_256, { message: HASH_MESSAGE })
  fileHash!: string;

  @ApiProperty({
    type: 'string',
    nullable: true,
    pattern: SHA_256.source,
    description: 'SHA-256 of the groups file',
  })
  @ValidateIf((body: WindowRequestBody) => body.groupsHash !== null)
  @Matches(SHA_256, { message: HASH_MESSAGE })
  groupsHash!: string | null;

  @ApiProperty({
    format: 'date-time',
    description: 'Instant as at which the rows are decided; not in the future',
  })
  @IsRFC3339()
  @Matches(UTC, { message: '$property must be an instant in UTC' })
  asAt!: string;
}

/** Body of the order to close a window. */
export class WindowCloseBody {
  @ApiProperty({ minimum: 0, description: 'Rows of the file' })
  @IsInt()
  @Min(0)
  @Max(100_000_000)
  rows!: number;
}

/** Which windows to list. */
export class WindowQuery {
  @ApiPropertyOptional({ example: 'E09000012' })
  @IsOptional()
  @Matches(GSS_CODE, { message: CODE_MESSAGE })
  borough?: string;

  @ApiPropertyOptional({ pattern: SHA_256.source })
  @IsOptional()
  @Matches(SHA_256, { message: HASH_MESSAGE })
  fileHash?: string;
}

/** Id of a window in a path. */
export class WindowPath {
  @IsUUID()
  id!: string;
}

/** A window as it is shown. */
export class WindowView {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: ['requested', 'open', 'closed'] })
  state!: WindowState;

  @ApiProperty()
  borough!: string;

  @ApiProperty()
  fileHash!: string;

  @ApiProperty({ type: 'string', nullable: true })
  groupsHash!: string | null;

  @ApiProperty({ format: 'date-time' })
  asAt!: string;

  @ApiProperty()
  requestedBy!: string;

  @ApiProperty({ type: 'string', nullable: true })
  approvedBy!: string | null;
}

/** A list of windows. */
export class WindowList {
  @ApiProperty({ type: [WindowView] })
  items!: WindowView[];
}

/** Shows a window. */
export function viewOf(window: MigrationWindow): WindowView {
  const { id, state, borough, fileHash, groupsHash, requestedBy, approvedBy } = window;
  return {
    id,
    state,
    borough,
    fileHash,
    groupsHash,
    asAt: window.asAt.toISOString(),
    requestedBy,
    approvedBy,
  };
}
