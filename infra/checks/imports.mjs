/**
 * Checks who imports what (`.dependency-cruiser.cjs`), and then checks the checks: each import rule must fire on its
 * tree under `fixtures/<rule>/`, each house lint rule on its file under `fixtures/lint/`, and what is allowed must pass.
 * Exit code 0 when all is as it should be, 1 otherwise.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cruise, format } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { lintFixtureFailures } from './lint-fixtures.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FIXTURES = join(ROOT, 'infra/checks/fixtures');
/** The tree that breaks no rule; it shows that the rules do not refuse what the design allows. */
const ALLOWED = 'allowed';
/** Not an import tree: the lint rules' fixtures. */
const LINT = 'lint';

process.chdir(ROOT);
const options = await extractDepcruiseOptions('./.dependency-cruiser.cjs');
const tsConfig = extractTSConfig('tsconfig.json');

/** Import violations of the project itself, already worded; an empty text when there are none. */
const projectViolations = async () => {
  const { output } = await cruise(['apps', 'libs', 'infra'], options, {}, { tsConfig });
  if (output.summary.violations.length === 0) return { text: '', modules: output.modules.length };
  return { text: (await format(output, { outputType: 'err-long' })).output, modules: output.modules.length };
};

/** `@probity/<lib>` of a fixture means the lib inside the fixture, as the paths of tsconfig.base.json do for the project. */
const aliasesOf = (tree) => {
  const libs = join(tree, 'libs');
  const names = existsSync(libs) ? readdirSync(libs) : [];
  const alias = Object.fromEntries(
    names.map((name) => [`@probity/${name}$`, join(libs, name, 'src/index.ts')]),
  );
  return { ...alias, '@probity/local-stack$': join(tree, 'infra/local/src/index.ts') };
};

/** Names of the rules that a fixture breaks. */
const rulesBrokenBy = async (fixture) => {
  const tree = join(FIXTURES, fixture);
  const { exclude: _exclude, tsConfig: _tsConfig, ...rest } = options;
  const { output } = await cruise(
    ['.'],
    { ...rest, baseDir: tree },
    { ...options.enhancedResolveOptions, alias: aliasesOf(tree), bustTheCache: true },
    { tsConfig: { ...tsConfig, options: { ...tsConfig.options, paths: {} } } },
  );
  return new Set(output.summary.violations.map((violation) => violation.rule.name));
};

const importFixtureFailures = async (rules) => {
  const fixtures = readdirSync(FIXTURES).filter((name) => name !== LINT);
  const failures = [];
  for (const rule of rules)
    if (!fixtures.includes(rule)) failures.push(`${rule}: has no tree under infra/checks/fixtures.`);
  for (const fixture of fixtures) {
    const broken = await rulesBrokenBy(fixture);
    if (fixture === ALLOWED) {
      for (const rule of broken)
        failures.push(`${rule}: refuses what the design allows (fixtures/${ALLOWED}).`);
    } else if (!rules.includes(fixture)) failures.push(`${fixture}: a tree without a rule of that name.`);
    else if (!broken.has(fixture))
      failures.push(`${fixture}: the rule does not fire on the tree that breaks it.`);
  }
  return failures;
};

const rules = options.ruleSet.forbidden.map((rule) => rule.name);
const project = await projectViolations();
const failures = [
  ...(await importFixtureFailures(rules)),
  ...(await lintFixtureFailures(ROOT, join(FIXTURES, LINT))),
];
if (project.text !== '') console.error(project.text);
for (const failure of failures) console.error(`  check of the checks: ${failure}`);
if (project.text === '' && failures.length === 0) {
  console.log(
    `imports: ${project.modules} modules follow ${rules.length} rules; every rule fires on its fixture.`,
  );
} else process.exitCode = 1;
