import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, IsUUID, Length, Matches, ValidateIf } from 'class-validator';

const SHA256 = /^[0-9a-f]{64}$/;

/** What an uploader says of a file before sending it. */
export class NewImportDto {
  /** GSS code of the borough whose list it is. */
  @ApiProperty({ example: 'E09000012' })
  @Matches(/^E09\d{6}$/)
  borough!: string;

  /** Name of the file, for messages. */
  @ApiProperty({ example: 'E09000012.csv' })
  @IsString()
  @Length(1, 200)
  fileName!: string;

  /** SHA-256 of the file, hex: the window and the upload must agree with it. */
  @ApiProperty({ pattern: SHA256.source })
  @Matches(SHA256)
  fileHash!: string;

  /** SHA-256 of the groups file, hex, or null without one. */
  @ApiProperty({ pattern: SHA256.source, nullable: true, type: String })
  @ValidateIf((_, value) => value !== null)
  @Matches(SHA256)
  groupsHash!: string | null;

  /** Name of the dialect; found by looking at the file when absent. */
  @ApiProperty({ required: false, example: 'tab' })
  @IsOptional()
  @IsString()
  @Length(1, 60)
  adapter?: string;

  /** Decide and report only; nothing is appended. */
  @ApiProperty()
  @IsBoolean()
  dryRun!: boolean;

  /** The open migration window of this file; without one the import only proposes. */
  @ApiProperty({ required: false, nullable: true, type: String })
  @IsOptional()
  @IsUUID()
  windowId?: string | null;
}

/** Id of an import in a path. */
export class ImportIdDto {
  @ApiProperty()
  @IsUUID()
  id!: string;
}
