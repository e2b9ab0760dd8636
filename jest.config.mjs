/** One configuration for every level: `*.spec.ts` is pure, `*.int.spec.ts` needs the real PostgreSQL and Kafka. */
const mapper = {
  '^@probity/local-stack$': '<rootDir>/infra/local/src/index.ts',
  '^@probity/([a-z-]+)$': '<rootDir>/libs/$1/src/index.ts',
  '^(\\.{1,2}/.*)\\.js$': '$1',
};
export default {
  rootDir: '.',
  testMatch: ['<rootDir>/{apps,libs,infra}/**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: mapper,
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.probity'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          target: 'es2022',
          keepClassNames: true,
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/libs/testing/jest/global-setup.mjs',
  globalTeardown: '<rootDir>/libs/testing/jest/global-teardown.mjs',
  testEnvironment: 'node',
  testTimeout: 60_000,
  testEnvironmentOptions: { customExportConditions: ['node', 'require', 'default'] },
};
