import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

/** First two lines of a fixture: the place it is linted as, and the rule that must fire (`nothing` when none may). */
const HEADER = /^\/\/ as (\S+)\n\/\/ fires (\S+)\n/;

/** The house rules that fixtures speak about; other rules (types, style) are none of a fixture's business. */
const HOUSE_RULES = new Set([
  'no-restricted-syntax',
  'no-restricted-imports',
  'no-restricted-globals',
  'max-lines',
]);

/**
 * Lints each file of `folder` as if it stood where its first line says, and returns a sentence for each whose rule
 * does not fire, or that is refused although it is allowed. Type information is left out: the file is not there.
 *
 * @param {string} root the project's folder
 * @param {string} folder the fixtures
 * @returns {Promise<string[]>} failures, empty when the lint rules are as they should be
 */
export const lintFixtureFailures = async (root, folder) => {
  const eslint = new ESLint({
    cwd: root,
    overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked, linterOptions: {} }],
  });
  const failures = [];
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const [, place, expected] = HEADER.exec(text) ?? [];
    if (place === undefined) {
      failures.push(`lint/${name}: the first two lines must say "// as <path>" and "// fires <rule>".`);
      continue;
    }
    const [result] = await eslint.lintText(text, { filePath: join(root, place) });
    const unreadable = result.messages.find((message) => message.fatal);
    const fired = result.messages.map((message) => message.ruleId).filter((rule) => HOUSE_RULES.has(rule));
    if (unreadable !== undefined) failures.push(`lint/${name}: cannot be linted: ${unreadable.message}`);
    else if (expected === 'nothing' && fired.length > 0)
      failures.push(`lint/${name}: ${fired[0]} refuses what is allowed.`);
    else if (expected !== 'nothing' && !fired.includes(expected))
      failures.push(`lint/${name}: ${expected} does not fire.`);
  }
  return failures;
};
