import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Lint rules of the whole tree. Import rules between folders live in `.dependency-cruiser.cjs`; the rules here look
 * inside a file. `infra/checks/imports.mjs` proves that each house rule below fires (infra/checks/fixtures/lint).
 *
 * A later entry replaces the options of an earlier one for the same rule, so the options of `no-restricted-syntax`
 * and `no-restricted-imports` are put together per zone by `zone()`, never spread over several entries.
 */

const NO_DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'No default exports: a thing has one name everywhere.',
};

/** Domain time comes in with the command, the event or a tick; only libs/platform and infra/local look at a real clock. */
const NO_WALL_CLOCK = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message:
      'No wall clock here: take the time from the command, the event or the Clock of @probity/platform.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message:
      'No wall clock here: take the time from the command, the event or the Clock of @probity/platform.',
  },
  {
    selector: "CallExpression[callee.name='Date']",
    message:
      'No wall clock here: take the time from the command, the event or the Clock of @probity/platform.',
  },
];

const NO_MATH_RANDOM = {
  selector: "MemberExpression[object.name='Math'][property.name='random']",
  message: 'No Math.random: it cannot be repeated and is no source of secrets.',
};

/** One place turns ciphertext into plaintext, so that there is one place to review: libs/sealing, and the vault for keys. */
const NO_DECRYPT_CALL = {
  selector: 'MemberExpression[property.name=/^(createDecipheriv|privateDecrypt|decrypt)$/]',
  message: 'Only libs/sealing and apps/vault decrypt.',
};

const NO_IDENTITY_OPENED = {
  selector: "CallExpression[callee.name='open'] > Literal[value='identity']",
  message: 'Identity is opened by the vault alone.',
};

const NO_DECRYPT_IMPORT = ['node:crypto', 'crypto'].map((name) => ({
  name,
  importNames: ['createDecipheriv', 'privateDecrypt'],
  message: 'Only libs/sealing and apps/vault decrypt.',
}));

const NO_OPEN_IMPORT = {
  name: '@probity/sealing',
  importNames: ['open', 'openGroup'],
  message: 'Sealed groups are opened by the vault, the projectors and borough-ingest alone.',
};

/** The pure libs and the apps: no wall clock. */
const TIMELESS = ['domain', 'events', 'event-store', 'projection', 'sealing', 'messaging'].map(
  (lib) => `libs/${lib}/**/*.ts`,
);

/**
 * @param {string[]} files globs of the zone
 * @param {{ clock?: boolean, decrypt?: boolean, open?: boolean }} may what the zone is allowed
 */
const zone = (files, may) => ({
  files,
  rules: {
    'no-restricted-syntax': [
      'error',
      NO_DEFAULT_EXPORT,
      NO_MATH_RANDOM,
      ...(may.clock ? [] : NO_WALL_CLOCK),
      ...(may.decrypt ? [] : [NO_DECRYPT_CALL, NO_IDENTITY_OPENED]),
    ],
    'no-restricted-imports': [
      'error',
      { paths: [...(may.decrypt ? [] : NO_DECRYPT_IMPORT), ...(may.open ? [] : [NO_OPEN_IMPORT])] },
    ],
  },
});

/** An underscore says that a name is there for its place only. */
const UNUSED = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }];

const TEST_CODE = [
  '**/*.spec.ts',
  '{apps,libs}/*/test/**/*.ts',
  '**/spec-support/**/*.ts',
  '**/spec-support.ts',
  'libs/testing/**/*.ts',
];

export default defineConfig(
  {
    ignores: [
      '**/node_modules/',
      'dist/',
      'coverage/',
      '.probity*/',
      'infra/kafka/lib/',
      'infra/checks/fixtures/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/prefer-readonly': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: false },
      ],
      '@typescript-eslint/no-unused-vars': UNUSED,
      // Numbers in sentences are plain enough; objects and `any` are not.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An interface may be asynchronous where one of its implementations is not.
      '@typescript-eslint/require-await': 'off',
      eqeqeq: 'error',
      'no-eval': 'error',
      'prefer-const': 'error',
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
    },
  },
  zone(['**/*.ts'], { clock: true }),
  zone(TIMELESS, {}),
  zone(['apps/**/*.ts'], {}),
  zone(['apps/projector/**/*.ts', 'apps/borough-ingest/**/*.ts'], { open: true }),
  zone(['apps/vault/**/*.ts', 'libs/sealing/**/*.ts'], { open: true, decrypt: true }),
  // How fast a group is opened is measured on one that this file has sealed itself, under a key that nobody else has.
  zone(['apps/bench/src/measurements/seal.measurement.ts'], { open: true, decrypt: true }),
  {
    // The domain is pure: nothing of the machine it runs on (Math.random and the clock are refused above).
    files: ['libs/domain/src/**/*.ts'],
    ignores: TEST_CODE,
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'process',
          'console',
          'fetch',
          'crypto',
          'performance',
          'setTimeout',
          'setInterval',
          'setImmediate',
        ].map((name) => ({
          name,
          message: 'The domain is pure functions: time, ids and input come in with the command.',
        })),
      ],
    },
  },
  {
    // Tests read answers of unknown shape, and property tests are long tables.
    files: TEST_CODE,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'max-lines': ['error', { max: 600 }],
    },
  },
  // Against the real database and broker a test may need the real time (deadlines, unique names).
  zone(['**/*.int.spec.ts'], { clock: true, open: true, decrypt: true }),
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [tseslint.configs.recommended],
    rules: {
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': UNUSED,
      'max-lines': ['error', { max: 300 }],
    },
  },
  {
    files: ['infra/**/*.mjs', 'apps/**/*.mjs', 'libs/**/*.mjs'],
    rules: { 'no-restricted-syntax': ['error', NO_DEFAULT_EXPORT] },
  },
);
