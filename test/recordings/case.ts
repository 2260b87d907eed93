import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument, Verdict } from '@beadle/shared';
import { readPolicy } from '@beadle/shared/policy/read';
import { judgeDevice } from '../../packages/agent/src/cli/check.ts';
import { recordedDevice } from '../../packages/agent/src/cli/judged-device.ts';

export const PLATFORMS = ['linux', 'windows', 'macos'] as const;
export type PlatformFolder = (typeof PLATFORMS)[number];

/** One finding that a recording must give; the `id` of the rule is of `policy.yaml`. */
interface Expected {
  readonly rule: string;
  readonly subject: string;
  readonly kind?: 'state' | 'event';
  readonly verdict: Verdict;
  readonly reason?: string;
  /** Which trap this is, or which fact decides. */
  readonly why: string;
}

export interface RecordedCase {
  readonly platform: PlatformFolder;
  readonly name: string;
  readonly folder: string;
  readonly policy: PolicyDocument;
  /** What the recording shows as a whole. */
  readonly why: string;
  readonly findings: readonly Expected[];
}

function policyIn(folder: string): PolicyDocument {
  const own = join(folder, 'policy.yaml');
  const reading = readPolicy(readFileSync(existsSync(own) ? own : join(import.meta.dirname, 'policy.yaml'), 'utf8'));
  if (reading.ok) return reading.policy;
  throw new Error(reading.errors.map(({ line, path, expected }) => `${own}:${line}: ${path}: expected ${expected}`)[0]);
}

/** Every folder of a platform is a case: `recording.json`, its files, and `expected.json`. */
export function casesOf(platform: PlatformFolder): readonly RecordedCase[] {
  const root = join(import.meta.dirname, platform);
  const folders = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
  return folders
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const folder = join(root, name);
      const told = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Pick<RecordedCase, 'why' | 'findings'>;
      return { platform, name, folder, policy: policyIn(folder), ...told };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
}

/** As `beadle-agent check --recording` judges it. */
export const judge = ({ folder, policy }: Pick<RecordedCase, 'folder' | 'policy'>) =>
  judgeDevice(recordedDevice(folder), policy);
