import type { Judgement } from '../findings/finding.ts';
import { after } from '../duration.ts';
import { matchesAny } from '../patterns.ts';
import type { Rule } from '../policy/document.ts';
import { sameTyped } from '../typed-by-hand.ts';
import type { Authorisation, AuthorisationScope } from './authorisation.ts';

const observedText = ({ observed }: Judgement, name: string): string =>
  typeof observed[name] === 'string' ? observed[name] : '';

/** Whether what the judgement is about is named. A check that is not here is about the device alone. */
const NAMES_IT: Readonly<Record<string, (scope: AuthorisationScope, judgement: Judgement) => boolean>> = {
  'removable-media': ({ sticks = [] }, judgement) =>
    // The subject of a stick without a serial number is its model's numbers, which others of its kind share.
    sticks.some((serial) => sameTyped(serial, observedText(judgement, 'serial'))),
  printing: ({ printers }, judgement) => matchesAny(printers, observedText(judgement, 'target')),
  software: ({ software }, judgement) =>
    matchesAny(software, judgement.subject) || matchesAny(software, observedText(judgement, 'publisher')),
  accounts: ({ accounts = [] }, judgement) => accounts.some((name) => sameTyped(name, judgement.subject)),
  location: ({ countries = [] }, judgement) => countries.includes(observedText(judgement, 'appearsToBeIn')),
};

const isEncrypted = ({ observed }: Judgement): boolean => observed['encrypted'] === true;

/** Clause 5.9: an exception may be for encrypted sticks alone, which the policy or the authorisation may say. */
const mustBeEncrypted = (rule: Rule, { kind, scope }: Authorisation): boolean =>
  scope.encryptedOnly === true ||
  (rule.exemptions ?? []).some((one) => one.kind === kind && one.encryptedOnly === true);

/** The moment from which an authorisation excuses nothing of a rule: its own end, or the rule's longest time for its kind. */
function endFor(rule: Rule, authorisation: Authorisation): number {
  const own = Date.parse(authorisation.validTo);
  const longest = (rule.exemptions ?? [])
    .filter(({ kind }) => kind === authorisation.kind)
    .map(({ maximum }) => after(Date.parse(authorisation.validFrom), maximum));
  return longest.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(own, Math.max(...longest));
}

/**
 * The authorisation that excuses a failing judgement at `at` (milliseconds since the epoch); undefined where none does.
 * Only a `fail` is ever excused, so that one more authorisation makes nothing worse and nothing unknown good.
 */
export function excuseFor(
  rule: Rule,
  judgement: Judgement,
  authorisations: readonly Authorisation[],
  at: number,
): Authorisation | undefined {
  if (judgement.verdict !== 'fail') return undefined;
  return authorisations.find(
    (one) =>
      Date.parse(one.validFrom) <= at &&
      at < endFor(rule, one) &&
      (one.scope.rules === undefined || one.scope.rules.includes(rule.id)) &&
      (NAMES_IT[rule.check]?.(one.scope, judgement) ?? true) &&
      (rule.check !== 'removable-media' || !mustBeEncrypted(rule, one) || isEncrypted(judgement)),
  );
}

/** The judgement as it stands with these authorisations: `exempt`, with the authorisation's reference, where one excuses it. */
export function excused<J extends Judgement>(
  rule: Rule,
  judgement: J,
  authorisations: readonly Authorisation[],
  at: number,
): J {
  const excuse = excuseFor(rule, judgement, authorisations, at);
  if (excuse === undefined) return judgement;
  const observed = { ...judgement.observed, authorisation: excuse.ref };
  return { ...judgement, verdict: 'exempt', reason: 'authorised', observed };
}
