import type { Role } from '@beadle/shared';
import { DEFAULT_SETTINGS, type OrganisationSettings, type Recipient } from '../organisation/settings.ts';

const FIRST: Role = 'information-security-team-leader';

/** Whoever has the role; where nobody is named for it, the Information Security Team Leader, so that no notice is lost. */
export function recipientOf(settings: OrganisationSettings, role: Role): Recipient {
  const recipient = settings.recipients[role] ?? settings.recipients[FIRST] ?? DEFAULT_SETTINGS.recipients[FIRST];
  if (recipient === undefined) throw new Error('the default settings name no recipient');
  return recipient;
}
