import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AccessOperation, AccessRule, TopicSpec } from '@probity/messaging';
import { inProject } from './project.js';

/** One right of a principal: operations on topics by name, or on consumer groups by the start of their name. */
export type ManifestRight =
  { topic: string; operations: AccessOperation[] } | { groupPrefix: string; operations: AccessOperation[] };

/** The topic manifest as it is written in `infra/kafka/manifest.json`; `{borough}` stands for every borough's GSS code. */
export interface Manifest {
  version: number;
  boroughs: string[];
  topicConfig: Record<string, string>;
  replication: Record<'single' | 'cluster', { factor: number; 'min.insync.replicas': string }>;
  topics: { name: string; partitions: number }[];
  principals: { name: string; rights: ManifestRight[] }[];
}

/** What to expand a manifest for. */
export interface Expansion {
  /** Set before every topic and group name; empty but in tests. */
  topicPrefix?: string;
  /** Only these boroughs' topics and principals; by default all. */
  boroughs?: readonly string[];
  replication?: 'single' | 'cluster';
}

const MARK = '{borough}';

/** Reads the manifest of the project. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(inProject('infra', 'kafka', 'manifest.json'), 'utf8')) as Manifest;
}

/** SHA-256 of the manifest's content, hex; a store remembers which one was applied to its broker. */
export function manifestDigest(manifest: Manifest): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex');
}

function boroughsOf(manifest: Manifest, expansion: Expansion): readonly string[] {
  return expansion.boroughs ?? manifest.boroughs;
}

function expand(pattern: string, boroughs: readonly string[]): string[] {
  return pattern.includes(MARK) ? boroughs.map((code) => pattern.replace(MARK, code)) : [pattern];
}

/** Every topic of the manifest, one entry a topic, with the settings that it must have on the broker. */
export function expandTopics(manifest: Manifest, expansion: Expansion = {}): TopicSpec[] {
  const { factor, ...replicated } = manifest.replication[expansion.replication ?? 'single'];
  const config = { ...manifest.topicConfig, ...replicated };
  return manifest.topics.flatMap(({ name, partitions }) =>
    expand(name, boroughsOf(manifest, expansion)).map((topic) => ({
      name: `${expansion.topicPrefix ?? ''}${topic}`,
      partitions,
      replication: factor,
      config,
    })),
  );
}

/** Names of every principal that logs in by password, in the order of the manifest. */
export function expandPrincipals(manifest: Manifest, expansion: Expansion = {}): string[] {
  return manifest.principals.flatMap(({ name }) => expand(name, boroughsOf(manifest, expansion)));
}

/**
 * Every access right of the manifest, one entry an operation.
 *
 * A principal with `{borough}` in its name is one principal a borough, and its rights are for that borough alone; any other
 * principal's `{borough}` stands for every borough.
 */
export function expandRights(manifest: Manifest, expansion: Expansion = {}): AccessRule[] {
  const all = boroughsOf(manifest, expansion);
  return manifest.principals.flatMap(({ name, rights }) => {
    if (!name.includes(MARK)) return rights.flatMap((right) => rulesOf(name, right, all, expansion));
    return all.flatMap((code) =>
      rights.flatMap((right) => rulesOf(name.replace(MARK, code), right, [code], expansion)),
    );
  });
}

function rulesOf(
  principal: string,
  right: ManifestRight,
  boroughs: readonly string[],
  expansion: Expansion,
): AccessRule[] {
  const prefix = expansion.topicPrefix ?? '';
  const target =
    'topic' in right
      ? expand(right.topic, boroughs).map(
          (name) => ({ resource: 'topic', pattern: 'literal', name }) as const,
        )
      : [{ resource: 'group', pattern: 'prefixed', name: right.groupPrefix } as const];
  return target.flatMap((resource) =>
    right.operations.map((operation) => ({
      principal,
      ...resource,
      name: `${prefix}${resource.name}`,
      operation,
    })),
  );
}
