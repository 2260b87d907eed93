import type { TSchema } from 'typebox';
import { accounts } from './accounts.ts';
import { agentHealth } from './agent-health.ts';
import { assetTag } from './asset-tag.ts';
import type { Check, EventIdentity } from './check.ts';
import { configuration } from './configuration.ts';
import { diskEncryption } from './disk-encryption.ts';
import { firewall } from './firewall.ts';
import { LATER_REQUIRE, SERVER_REQUIRE } from './later.ts';
import { malwareProtection } from './malware-protection.ts';
import { patches } from './patches.ts';
import { printing } from './printing.ts';
import { removableMedia } from './removable-media.ts';
import { screenLock } from './screen-lock.ts';

/** Every check that can be made, in the order of the policy's clauses. */
export const CHECKS = [
  diskEncryption,
  removableMedia,
  printing,
  patches,
  malwareProtection,
  firewall,
  screenLock,
  accounts,
  configuration,
  assetTag,
  agentHealth,
] as const;

const BY_NAME: ReadonlyMap<string, Check> = new Map(
  // The one place where the checks' own types are forgotten: facts are validated by the check's schema before this.
  CHECKS.map((check) => [check.name, check as unknown as Check]),
);

/** Checks that rest on what a device says of itself through its sources, in the order of the registry. */
export const COLLECTED_CHECKS: readonly string[] = CHECKS.map(({ name }) => name).filter(
  (name) => name !== agentHealth.name,
);

/** What makes two reports of an event of this check one event; undefined where each is one of its own. */
export const identityOf = (check: string, event: unknown): EventIdentity | undefined =>
  BY_NAME.get(check)?.identify?.(event);

export const checkNamed = (name: string): Check | undefined => BY_NAME.get(name);

/** The parameters that a rule may set, for each check that the policy language knows. */
export const REQUIRE_SCHEMAS: Readonly<Record<string, TSchema>> = {
  ...Object.fromEntries(CHECKS.map((check) => [check.name, check.require])),
  ...LATER_REQUIRE,
  ...SERVER_REQUIRE,
};
export const CHECK_NAMES = Object.keys(REQUIRE_SCHEMAS);
