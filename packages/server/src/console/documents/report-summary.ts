import type { BreachReport } from '../../breaches/report-document.ts';
import { type Clock, HOURS, type MomentName, MOMENTS } from '../../breaches/report-moments.ts';
import type { Section, Table } from '../../pdf/document.ts';
import { systemWords, capital, count, day, dutyWords, exactly, moment } from '../words.ts';
import { labelOf } from '../labels.ts';
import { actorWords } from '../timeline-words.ts';
import { fact, facts, known, momentOr, section, text } from './parts.ts';

const severityWords = ({ byPolicy, assessed }: BreachReport['severity']): string => {
  const policy = `${labelOf('severity', byPolicy).text} as the policy sets it`;
  return assessed === null
    ? `${policy}, not assessed yet`
    : `${labelOf('severity', assessed).text} as a person assessed it; ${policy.toLowerCase()}`;
};

export const summary = (report: BreachReport): Section =>
  section(
    'Summary',
    facts('What this is about', [
      fact('Marking', report.marking),
      fact('Reference', report.reference),
      fact('Status', labelOf('status', report.status).text),
      fact('Severity', severityWords(report.severity)),
      fact('Clause of the policy', `${report.clause}: ${report.says}`),
      fact('Rule', `${report.rule}, policy version ${report.policyVersion || 'not known'}`),
      fact('Who puts it right', dutyWords(report.duty)),
      fact('How to put it right', report.remedy ?? 'The policy does not say.'),
      fact('Opened', moment(report.openedAt)),
      fact(
        'Acknowledged',
        report.acknowledgedAt === null
          ? 'Not yet'
          : `${moment(report.acknowledgedAt)} by ${actorWords(report.acknowledgedBy ?? '')}`,
      ),
      fact('Ended', momentOr(report.endedAt, 'Not yet')),
    ]),
  );

const NAMES: Readonly<Record<MomentName, string>> = {
  happened: 'It happened',
  detected: 'A device told of it',
  reported: 'A person reported it',
  aware: 'The council became aware',
  notified: 'Whoever is told first was told',
  acknowledged: 'Somebody acknowledged it',
  triaged: 'Somebody decided what it is',
  contained: 'It was contained',
  assessed: 'It was assessed',
  regulatorTold: 'The regulator was told',
  individualsTold: 'The people affected were told',
  ended: 'It ended',
};

/** Evidence is told by the second; what a person says is not. */
const EXACT: ReadonlySet<MomentName> = new Set(['happened', 'detected']);

function momentsTable({ moments }: BreachReport): Table {
  return {
    kind: 'table',
    caption: 'When, by each clock that has it, in UK time; a dash where it is not known or has not come',
    head: ['What', 'Device’s clock', 'Server’s clock', 'As a person says'],
    shares: [4, 3, 3, 3],
    rowHeads: true,
    rows: MOMENTS.map((name) => {
      const { byDevice, byServer, byPerson } = moments[name];
      const words = EXACT.has(name) ? exactly : moment;
      const time = (value: string | null, as = words) => (value === null ? '–' : as(value));
      return [NAMES[name], time(byDevice), time(byServer), time(byPerson, moment)];
    }),
  };
}

const STANDINGS: Readonly<Record<Clock['standing'], string>> = {
  running: 'The regulator has not been told; the time is running',
  passed: 'The regulator has not been told; the time has passed',
  'told-in-time': 'The regulator was told in time',
  'told-late': 'The regulator was told after the time had passed',
  'not-to-be-told': 'It was decided not to tell the regulator',
};

const clockWords = (clock: Clock | null, otherwise: string): string =>
  clock === null
    ? otherwise
    : `From ${moment(clock.startsAt)} to ${moment(clock.endsAt)}. ${STANDINGS[clock.standing]}.`;

export const times = (report: BreachReport): Section =>
  section(
    'When',
    momentsTable(report),
    facts(`The ${HOURS} hours of Article 33 of the UK GDPR, which matter where personal data is involved`, [
      fact('From awareness', clockWords(report.clocks.fromAware, 'No moment of awareness is on record.')),
      fact('From the first report', clockWords(report.clocks.fromReported, 'No person has reported it.')),
    ]),
  );

function encryptionWords({ encryption }: BreachReport): string | null {
  if (encryption === null) return null;
  const { verdict, seenOn, ageDays, asOf } = encryption;
  if (verdict === 'unknown') return 'Not known';
  const what = verdict === 'pass' ? 'Encrypted as the policy says' : 'Not encrypted as the policy says';
  if (seenOn === null) return `${what}; when that was last seen is not known.`;
  const age = ageDays === null || ageDays === 0 ? '' : `, ${count(ageDays, 'day')} before it happened`;
  const when = asOf === 'report' ? 'Looked up when it was reported.' : 'Looked up when this was written.';
  return `${what}; last seen on ${day(`${seenOn}T12:00:00Z`)}${age}. ${when} Encryption is one factor: it protects nothing from whoever knows the password.`;
}

export function device(report: BreachReport): Section {
  const { device: about } = report;
  if (about === null) return section('Device', text('This is not about one device.'));
  const { chain } = about;
  return section(
    'Device',
    facts('The device that this is about', [
      fact('Asset tag', about.assetTag),
      fact('Serial number', about.serialNumber ?? 'Not in the register'),
      fact('Kind', capital(about.kind)),
      report.duty === 'holder' && fact('Held by', about.holder ?? 'Nobody is registered'),
      fact('System', about.platform === null ? 'Not told yet' : systemWords(about.platform)),
      fact('Agent', about.agentVersion ?? 'Not told yet'),
      known('Encryption', encryptionWords(report)),
      fact(
        'Chain of findings',
        chain === null
          ? 'No finding has been received in this generation'
          : `Generation ${chain.generation} stands at finding ${chain.sequence}, link ${chain.link.slice(0, 12)}`,
      ),
    ]),
  );
}
