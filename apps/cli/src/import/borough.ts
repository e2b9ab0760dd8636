import { isBoroughCode, whyOutside } from '@probity/domain';
import { CommandError, EXIT, UsageError } from '../exit-code.js';

const GSS_CODE = /^E\d{8}$/;

/** Whether a text has the form of a GSS code, of whatever place. */
export function isGssCode(text: string): boolean {
  return GSS_CODE.test(text);
}

/**
 * Why a place cannot be imported; null for one of the 32 boroughs.
 *
 * @param code a GSS code
 */
export function outsideTheModel(code: string): CommandError | null {
  if (isBoroughCode(code)) return null;
  return new CommandError(
    EXIT.refused,
    `${code} ${whyOutside(code)}: the place is outside the model.`,
    'Leave its file out; the boroughs are E09000002 to E09000033.',
    'SCH-004',
  );
}

/**
 * The borough of a single file: what `--borough` says, else what the file's name says.
 *
 * @param fileName without its folder
 * @param told value of `--borough`
 * @throws UsageError when neither says it or the two disagree, CommandError SCH-004 for a place outside the model
 */
export function boroughOf(fileName: string, told: string | undefined): string {
  const named = fileName.endsWith('.csv') && isGssCode(fileName.slice(0, -4)) ? fileName.slice(0, -4) : null;
  if (told !== undefined && !isGssCode(told)) {
    throw new UsageError('--borough is no GSS code.', 'Give one from E09000002 to E09000033.');
  }
  if (told !== undefined && named !== null && told !== named) {
    throw new UsageError(
      `The file is named after ${named} and --borough says ${told}.`,
      'Rename the file or leave --borough out.',
    );
  }
  const borough = told ?? named;
  if (borough === null) {
    throw new UsageError(
      'The name of the file does not tell whose list it is.',
      'Name it after its borough (E09000012.csv) or give --borough E09000012.',
    );
  }
  const refusal = outsideTheModel(borough);
  if (refusal !== null) throw refusal;
  return borough;
}
