import { topicDrift, type AccessRule, type BrokerAdmin, type TopicSpec } from '@probity/messaging';
import { expandPrincipals, expandRights, expandTopics, type Expansion, type Manifest } from './manifest.js';
import { waitUntil } from './run-files.js';
import { reasonOf, StackError } from './stack-error.js';

/** A broker answers for new topics and rights a moment after it has taken them; longer than this, in ms, is drift. */
const SETTLING_MS = 20_000;

/** What a start may do about a broker that lacks something. */
export interface ApplyOptions extends Expansion {
  /** True when this very manifest was applied before: whatever is missing now has been lost, and is not made again in silence. */
  alreadyApplied: boolean;
}

/** Where a broker differs from the manifest, in sentences. */
export interface Drift {
  /** Topics and rights that are not there: nobody may do more than he should, so a stack can start and be recovered. */
  lacking: string[];
  /** Another setting of a topic, or a right that the manifest does not give: nothing starts until that is put right. */
  differing: string[];
}

const ruleKey = (rule: AccessRule): string =>
  `${rule.principal} ${rule.operation} ${rule.resource} ${rule.name} (${rule.pattern})`;

/**
 * Makes topics and access rights of the manifest that a broker lacks, then compares what is live with the manifest. A broker to
 * which this manifest was applied before is only compared.
 *
 * @returns sentences saying what it had once and lacks now
 * @throws StackError on any other drift: another setting, a right of one of our principals that the manifest does not give
 */
export async function applyManifest(
  admin: BrokerAdmin,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<string[]> {
  if (!options.alreadyApplied) await makeLacking(admin, manifest, options);
  const { lacking, differing } = await driftOf(admin, manifest, options);
  const [first, ...others] = options.alreadyApplied ? differing : [...lacking, ...differing];
  if (first === undefined) return lacking;
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more differences)`;
  throw new StackError(
    `The broker differs from infra/kafka/manifest.json: ${first}${more}; put the broker right, or run npm run reset to begin a new store.`,
  );
}

/**
 * Makes what a broker lacks, and waits until it answers for all of it.
 *
 * @throws StackError when the broker refuses
 */
export async function makeLacking(
  admin: BrokerAdmin,
  manifest: Manifest,
  expansion: Expansion,
): Promise<void> {
  try {
    await admin.ensureTopics(expandTopics(manifest, expansion));
    await admin.ensureAcls(expandRights(manifest, expansion));
  } catch (error) {
    throw new StackError(
      `The brokers did not make the topics and access rights of infra/kafka/manifest.json (${reasonOf(error)}): give the administrator CREATE and ALTER on the cluster, and the brokers an authorizer.`,
    );
  }
  await waitUntil(
    async () => Object.values(await driftOf(admin, manifest, expansion)).flat().length === 0,
    SETTLING_MS,
  );
}

/** Compares a broker with the manifest. */
export async function driftOf(admin: BrokerAdmin, manifest: Manifest, expansion: Expansion): Promise<Drift> {
  const [topics, rights] = [expandTopics(manifest, expansion), expandRights(manifest, expansion)];
  const live = await admin.liveTopics();
  const [missing, present] = apart(topics, live);
  const drift = rightsDrift(
    rights,
    await admin.liveAcls(),
    expandPrincipals(manifest, expansion),
    expansion.topicPrefix,
  );
  return {
    lacking: [...missing.map(({ name }) => `the topic ${name} does not exist`), ...drift.lacking],
    differing: [...topicDrift(present, live), ...drift.differing],
  };
}

function apart(topics: readonly TopicSpec[], live: readonly TopicSpec[]): [TopicSpec[], TopicSpec[]] {
  const names = new Set(live.map(({ name }) => name));
  return [topics.filter(({ name }) => !names.has(name)), topics.filter(({ name }) => names.has(name))];
}

/** Which rights are missing, and which of the manifest's principals hold more than the manifest gives. */
export function rightsDrift(
  wanted: readonly AccessRule[],
  live: readonly AccessRule[],
  principals: readonly string[],
  topicPrefix = '',
): Drift {
  const ours = new Set([...principals, '*']);
  const [wantedKeys, liveKeys] = [new Set(wanted.map(ruleKey)), new Set(live.map(ruleKey))];
  const missing = wanted.filter((rule) => !liveKeys.has(ruleKey(rule)));
  // On a broker shared by test runs, another run's rights are under another prefix.
  const surplus = live.filter(
    (rule) => ours.has(rule.principal) && !wantedKeys.has(ruleKey(rule)) && rule.name.startsWith(topicPrefix),
  );
  return {
    lacking: missing.map((rule) => `the right ${ruleKey(rule)} is missing`),
    differing: surplus.map((rule) => `the right ${ruleKey(rule)} is not in the manifest`),
  };
}
