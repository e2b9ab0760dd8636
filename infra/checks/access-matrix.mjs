/** Writes or checks `docs/reference/access.md`: which role may call which route, as the descriptions of the services say. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, settle } from './committed.mjs';

const FOLDER = 'docs/reference/openapi';
const ROLES = [
  ['borough-officer', 'officer'],
  ['borough-supervisor', 'supervisor'],
  ['child-authority', 'child authority'],
  ['central-team', 'central'],
  ['safeguarding-lead', 'safeguarding'],
  ['partner-user', 'partner'],
  ['partner-administrator', 'partner admin'],
  ['data-protection-officer', 'DPO'],
  ['auditor', 'auditor'],
  ['equality-analyst', 'equality'],
  ['operator', 'operator'],
];

const rows = readdirSync(join(ROOT, FOLDER)).flatMap((file) => {
  const { paths } = JSON.parse(readFileSync(join(ROOT, FOLDER, file), 'utf8'));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, route]) => {
      const callers = route['x-callers'];
      const cells = ROLES.map(([role]) => (callers === undefined || callers.includes(role) ? 'yes' : ''));
      const services =
        callers === undefined
          ? 'anyone'
          : callers
              .filter((rule) => rule.startsWith('service'))
              .map((rule) => rule.replace('service:', ''))
              .join(', ');
      return [file.replace('.json', ''), `\`${method.toUpperCase()} ${path}\``, ...cells, services];
    }),
  );
});

const heading = ['Service', 'Route', ...ROLES.map(([, label]) => label), 'services'];
const text = `# Who may call what

Generated from the descriptions of the services (\`x-callers\`), which are what the guard of each service goes by. A route that
declares nobody keeps its service from starting; \`apps/e2e/src/access.e2e.int.spec.ts\` calls every route as everybody. What a person
then sees is decided by purpose, list and borough: see the rules in \`libs/domain/src/access\`.

| ${heading.join(' | ')} |
| ${heading.map(() => '---').join(' | ')} |
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
settle('docs/reference/access.md', text);
