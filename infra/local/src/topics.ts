import { topicDrift, type AccessRule, type BrokerAdmin } from '@probity/messaging';
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

const ruleKey = (rule: AccessRule): string =>
  `${rule.principal} ${rule.operation} ${rule.resource} ${rule.name} (${rule.pattern})`;

/**
 * Makes topics and access rights of the manifest that a broker lacks, then compares what is live with the manifest.
 *
 * @throws StackError on drift: a topic lost, another setting, a right of one of our principals that the manifest does not give
 */
export async function applyManifest(
  admin: BrokerAdmin,
  manifest: Manifest,
  options: ApplyOptions,
): Promise<void> {
  const topics = expandTopics(manifest, options);
  const rights = expandRights(manifest, options);
  if (!options.alreadyApplied) {
    try {
      await admin.ensureTopics(topics);
      await admin.ensureAcls(rights);
    } catch (error) {
      throw new StackError(
        `The brokers did not make the topics and access rights of infra/kafka/manifest.json (${reasonOf(error)}): give the administrator CREATE and ALTER on the cluster, and the brokers an authorizer.`,
      );
    }
  }
  const compare = async (): Promise<string[]> => [
    ...topicDrift(topics, await admin.liveTopics()),
    ...rightsDrift(rights, await admin.liveAcls(), expandPrincipals(manifest, options), options.topicPrefix),
  ];
  let drift = await compare();
  if (!options.alreadyApplied) {
    await waitUntil(async () => drift.length === 0 || (drift = await compare()).length === 0, SETTLING_MS);
  }
  if (drift.length === 0) return;
  const more = drift.length === 1 ? '' : ` (and ${String(drift.length - 1)} more differences)`;
  throw new StackError(
    `The broker differs from infra/kafka/manifest.json: ${drift[0] ?? ''}${more}; put the broker right, or run npm run reset to begin a new store.`,
  );
}

/** Sentences saying which rights are missing, and which of the manifest's principals hold more than the manifest gives. */
export function rightsDrift(
  wanted: readonly AccessRule[],
  live: readonly AccessRule[],
  principals: readonly string[],
  topicPrefix = '',
): string[] {
  const ours = new Set([...principals, '*']);
  const [wantedKeys, liveKeys] = [new Set(wanted.map(ruleKey)), new Set(live.map(ruleKey))];
  const lacking = wanted.filter((rule) => !liveKeys.has(ruleKey(rule)));
  // On a broker shared by test runs, another run's rights are under another prefix.
  const surplus = live.filter(
    (rule) => ours.has(rule.principal) && !wantedKeys.has(ruleKey(rule)) && rule.name.startsWith(topicPrefix),
  );
  return [
    ...lacking.map((rule) => `the right ${ruleKey(rule)} is missing`),
    ...surplus.map((rule) => `the right ${ruleKey(rule)} is not in the manifest`),
  ];
}
