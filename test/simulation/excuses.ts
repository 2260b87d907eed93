import { after, type Authorisation, type FindingBody, type PolicyDocument, type PolicyInTime } from '@beadle/shared';
import type { Device, Simulation } from './simulation.ts';
import { must } from './violation.ts';

/** What a device goes by in a cycle, as it was when the cycle began. */
export interface Known {
  readonly versions: readonly PolicyInTime[];
  readonly authorisations: readonly Authorisation[];
  readonly now: number;
  /** The latest moment that it had reached. */
  readonly reached: number;
}

/** Looks at what a device goes by: nothing but what it was told, and no earlier than it has been. */
export function knownTo(simulation: Simulation, device: Device): Known | undefined {
  const { running } = device.agent;
  if (running === undefined) return undefined;
  const { policies } = running;
  const authorisations = policies.authorisations();
  if (policies.current() !== undefined)
    simulation.told.check(running.identity.enrolment.device, policies.serial(), authorisations);
  const { reachedAt: reached } = device.agent;
  return { versions: policies.versions(), authorisations, now: running.now(), reached };
}

interface About {
  readonly rule: string;
  readonly version: string;
  /** Of a stick. */
  readonly stick?: { readonly serial: string; readonly encrypted: boolean };
}

/** Whether one permits it at a moment, by the words of the decision: its kind, its time, and what it names. */
function permits(one: Authorisation, policy: PolicyDocument, { rule: id, stick }: About, at: number): boolean {
  const rule = policy.rules.find((named) => named.id === id);
  const exemption = rule?.exemptions?.find(({ kind }) => kind === one.kind);
  if (exemption === undefined) return false;
  const from = Date.parse(one.validFrom);
  if (at < from || at >= Date.parse(one.validTo) || at >= after(from, exemption.maximum)) return false;
  const { rules, sticks = [], encryptedOnly = false } = one.scope;
  if (rules !== undefined && !rules.includes(id)) return false;
  if (stick === undefined) return true;
  const mustBeEncrypted = encryptedOnly || exemption.encryptedOnly === true;
  return sticks.includes(stick.serial) && (stick.encrypted || !mustBeEncrypted);
}

function permitting({ versions, authorisations }: Known, about: About, at: number): readonly string[] {
  const policy = versions.find((one) => one.policy.version === about.version)?.policy;
  if (policy === undefined) return [];
  return authorisations.filter((one) => permits(one, policy, about, at)).map(({ ref }) => ref);
}

/** What fails is exempt exactly where one that holds permits it; what is exempt says by which. */
function checkVerdict(
  verdict: string,
  by: readonly string[],
  observed: Readonly<Record<string, unknown>>,
  what: string,
) {
  if (verdict !== 'fail' && verdict !== 'exempt') return;
  const expected = by.length > 0 ? 'exempt' : 'fail';
  must(
    verdict === expected,
    `${what} is ${verdict}, and should be ${expected} by ${by.join(', ') || 'no authorisation'}`,
  );
  const named = String(observed['authorisation']);
  must(verdict === 'fail' || by.includes(named), `${what} is exempt by ${named}, not by ${by.join(', ')}`);
}

/** Each new finding of a cycle, by what the device knew when it began. */
export function checkFindings(
  simulation: Simulation,
  { agent }: Device,
  bodies: readonly Partial<FindingBody>[],
  known: Known,
): void {
  for (const {
    rule = '',
    subject = '',
    kind,
    at = '',
    verdict = '',
    policyVersion: version = '',
    observed = {},
  } of bodies) {
    const stick = agent.machine.plugs.find(({ serial }) => serial === subject);
    const about = { rule, version, ...(stick === undefined ? {} : { stick }) };
    const moment = Math.max(kind === 'event' ? Date.parse(at) : known.now, known.reached);
    const by = permitting(known, about, moment);
    checkVerdict(
      verdict,
      by,
      observed,
      `${rule} on ${agent.assetTag} (${subject}, at ${new Date(moment).toISOString()})`,
    );
    if (verdict === 'exempt') simulation.world.count('exempt');
  }
}

/** After a cycle nothing that fails goes on being exempt by one that has lapsed, also where nobody can tell the device. */
export function checkStates({ agent }: Device, known: Known): void {
  const moment = Math.max(known.now, known.reached);
  const version = known.versions.findLast(({ from }) => from <= moment)?.policy.version;
  if (version === undefined) return;
  must(agent.reachedAt >= moment, `${agent.assetTag} has been later than it says`);
  for (const { rule, subject, verdict, observed } of agent.states()) {
    const by = permitting(known, { rule, version }, moment);
    const what = `the state of ${rule} on ${agent.assetTag} (${subject})`;
    checkVerdict(verdict, by, JSON.parse(observed) as Record<string, unknown>, what);
  }
}
