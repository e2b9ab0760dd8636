/** What must hold of the released samples of events. Pure: it is handed what it judges. */

const REMEDY = 'what was written stays readable as it was: put it back, and add a further version instead';

/** Name of the sample of one type, without its ending. */
export const sampleOf = ({ name, schemaVersion }) => `${name}.v${schemaVersion}`;

/** Name of the sample of the step from a version to the next. */
export const stepSampleOf = ({ name, schemaVersion }) => `${name}.v${schemaVersion}-v${schemaVersion + 1}`;

/** Lines of a file of SHA-256 sums, as `sha256sum` writes them, by file name. */
export const parseSums = (text) =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );

/**
 * @param {object} state
 * @param {{name: string, type: string, schemaVersion: number, isCurrent: boolean}[]} state.definitions the catalogue
 * @param {Map<string, {hash: string, schemaHash?: string, type?: string}>} state.files every file of the folder, by name
 * @param {Map<string, string>} state.released the sums that stand in the list now
 * @param {Map<string, string>} state.everReleased the sums that any committed version of the list has held
 * @param {(definition: object) => string} state.schemaHashOf hash of a definition's schemas
 * @returns {string[]} one sentence for each fault
 */
export const goldenFaults = (state) => [
  ...editedFaults(state),
  ...listFaults(state),
  ...missingFaults(state),
  ...schemaFaults(state),
];

const editedFaults = ({ files, released }) =>
  [...released].flatMap(([name, hash]) => {
    const file = files.get(name);
    if (file === undefined) return [`${name} was released and is gone; ${REMEDY}.`];
    return file.hash === hash ? [] : [`${name} was released and has been edited; ${REMEDY}.`];
  });

const listFaults = ({ files, released, everReleased }) => [
  ...[...everReleased]
    .filter(([name, hash]) => released.get(name) !== hash)
    .map(([name]) => `released.sha256 no longer says of ${name} what it has said; ${REMEDY}.`),
  ...[...files.keys()]
    .filter((name) => !released.has(name))
    .map((name) => `${name} is not released: node infra/checks/golden-events.mjs --release.`),
];

const missingFaults = ({ definitions, released }) =>
  definitions.flatMap((definition) => {
    const wanted = [sampleOf(definition), ...(definition.isCurrent ? [] : [stepSampleOf(definition)])];
    return wanted
      .filter((sample) => !released.has(`${sample}.json`))
      .map(
        (sample) =>
          `${definition.type} has no released sample ${sample}.json: docs/how-to/change-an-event.md.`,
      );
  });

const schemaFaults = ({ definitions, files, schemaHashOf }) => {
  const byType = new Map(definitions.map((definition) => [definition.type, definition]));
  return [...files.values()].flatMap(({ type, schemaHash }) => {
    if (schemaHash === undefined) return [];
    const definition = byType.get(type);
    if (definition === undefined)
      return [`The catalogue no longer holds ${type}, which was released; ${REMEDY}.`];
    return schemaHashOf(definition) === schemaHash
      ? []
      : [`The schema of ${type} was released and has changed; ${REMEDY}.`];
  });
};

/** Ways in which a good state goes bad, each of which must give a fault. */
const SPOILERS = {
  'a released sample that is edited': (state) => {
    const [name, file] = [...state.files].at(0);
    return { ...state, files: new Map(state.files).set(name, { ...file, hash: '0'.repeat(64) }) };
  },
  'a released sample that is removed': (state) => ({ ...state, files: new Map([...state.files].slice(1)) }),
  'a sample that is edited together with its sum': (state) => {
    const [name, file] = [...state.files].at(0);
    const hash = '0'.repeat(64);
    return {
      ...state,
      files: new Map(state.files).set(name, { ...file, hash }),
      released: new Map(state.released).set(name, hash),
      everReleased: state.released,
    };
  },
  'a sample that is not released': (state) => ({
    ...state,
    files: new Map(state.files).set('draft.v1.json', { hash: '0'.repeat(64) }),
  }),
  'a version without a sample': (state) => ({
    ...state,
    definitions: [
      ...state.definitions,
      { name: 'matrix.novel', type: 'probity.matrix.novel.v1', schemaVersion: 1, isCurrent: true },
    ],
  }),
  'a version that is retired without a sample of its step': (state) => ({
    ...state,
    definitions: state.definitions.map((definition) => ({ ...definition, isCurrent: false })),
  }),
  'a released version that the catalogue drops': (state) => ({
    ...state,
    definitions: state.definitions.slice(1),
  }),
  'a released schema that changes': (state) => ({ ...state, schemaHashOf: () => '0'.repeat(64) }),
};

/** The check's own check: names of the spoilers that go unnoticed. */
export const unnoticedSpoilers = (state) =>
  Object.entries(SPOILERS)
    .filter(([, spoil]) => goldenFaults(spoil(state)).length === 0)
    .map(([name]) => name);
