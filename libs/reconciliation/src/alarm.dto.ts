import { ApiProperty } from '@nestjs/swagger';
import type { Alarm } from './alarm-store.js';
import { ALARM_CODES } from './alarm-codes.js';

/** An open alarm as it is shown. */
export class AlarmView {
  @ApiProperty({ example: 'REC-004' })
  code!: string;

  @ApiProperty({ example: 'matrix.E09000012/0@17' })
  place!: string;

  @ApiProperty({ description: 'What was found, in words; never anything about a person' })
  sentence!: string;

  @ApiProperty({ description: 'What to do about it' })
  remedy!: string;

  @ApiProperty({ format: 'date-time', description: 'Domain time of the first check that found it' })
  firstSeen!: string;

  @ApiProperty({ format: 'date-time', description: 'Domain time of the last check that found it' })
  lastSeen!: string;

  @ApiProperty({ format: 'date-time', description: 'Real time of the first check that found it' })
  detectedAt!: string;
}

/** Shows an alarm. */
export function alarmView({ code, place, sentence, firstSeen, lastSeen, detectedAt }: Alarm): AlarmView {
  return { code, place, sentence, remedy: ALARM_CODES[code].remedy, firstSeen, lastSeen, detectedAt };
}
