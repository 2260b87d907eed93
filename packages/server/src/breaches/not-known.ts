import type { Decided } from './report-decided.ts';
import type { ReportEncryption } from './report-encryption.ts';
import type { Moments } from './report-moments.ts';
import { membersOf } from './report-parsed.ts';
import type { ReportSources } from './report-sources.ts';

const SKEW_WORTH_SAYING_MS = 60_000;

function aboutTheDevice({ breach, device }: ReportSources): (string | false)[] {
  if (device === undefined) return [breach.device === null && 'Which device this is about, if it is about one.'];
  const { clock_skew_ms: skew } = device;
  return [
    breach.duty === 'holder' && 'Who was using the device at the time. Beadle does not record who signs in and when.',
    breach.duty === 'holder' && device.holder === null && 'Who holds the device: the register names nobody.',
    skew === null && "How far the device's clock is from the server's.",
    skew !== null &&
      Math.abs(skew) > SKEW_WORTH_SAYING_MS &&
      `The true time of what was seen: the device's clock was ${Math.round(Math.abs(skew) / 1000)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the server's when they last spoke.`,
    device.serial_number === null && 'The serial number of the device: the register has none.',
  ];
}

function aboutTheEvidence({ breach, findings, findingsInAll }: ReportSources): (string | false)[] {
  const erased = findings.filter((finding) => finding.held === 0).length;
  return [
    breach.kind === 'gap' &&
      'What the lost findings said. The record shows only that there were some, or may have been.',
    findings.length === 0 &&
      breach.kind !== 'person' &&
      'What the device sent at the time: no finding of it is on record.',
    findings.some((finding) => finding.verdict === 'unknown') &&
      'How things stood for part of the time: the device could not tell, as the history shows.',
    erased > 0 &&
      `The content of ${erased} of the findings: it has been erased. Their hashes still stand in the chain.`,
    findingsInAll > findings.length && 'The older findings are on record but not listed in this report.',
  ];
}

function aboutTheMoments({ happened, aware }: Moments): (string | false)[] {
  const when = happened.byDevice ?? happened.byServer ?? happened.byPerson;
  return [
    when === null && 'When it happened: nobody has said.',
    aware.byServer === null &&
      aware.byPerson === null &&
      'When the council became aware of it, from which the 72 hours of Article 33 run: no moment is on record.',
  ];
}

/** Encryption that was seen longer ago than this says little of how things stood. */
const DAYS_WORTH_SAYING = 7;

function aboutEncryption(encryption: ReportEncryption | null): (string | false)[] {
  if (encryption === null) return [];
  const { verdict, seenOn, ageDays } = encryption;
  if (verdict === 'unknown' || seenOn === null) return ['Whether the device was encrypted at the time.'];
  return [
    ageDays === null && 'Whether the device was encrypted at the time: what is known of it was seen later.',
    ageDays !== null &&
      ageDays >= DAYS_WORTH_SAYING &&
      `Whether the device's encryption was still as it was last seen, ${ageDays} days before.`,
  ];
}

/** What nobody has assessed yet: whoever reported it may have said already that personal data is involved. */
function aboutTheData({ check_name: check, report }: ReportSources['breach']): string | false {
  const said = membersOf(report)['personalData'];
  if (said === 'yes') return 'Whose personal data is involved: whoever reported it says that some is.';
  if (said === 'no') return 'Whether personal data is involved: whoever reported it says that none is.';
  return check !== 'patches' && 'Whether personal data is involved, and whose.';
}

function aboutThePeople(breach: ReportSources['breach'], decided: Decided): (string | false)[] {
  const { assessment } = decided;
  if (assessment === null)
    return [
      'How serious it is for the council: nobody has assessed it yet. The severity is the one that the policy gives the rule.',
      aboutTheData(breach),
    ];
  return [
    assessment.personalData === 'unknown' && "Whether living people's data is involved.",
    assessment.personalData !== 'no' && assessment.riskLikely === 'unknown' && 'Whether a risk to people is likely.',
    assessment.riskLikely !== 'no' && assessment.highRisk === 'unknown' && 'Whether that risk is high.',
    assessment.personalData !== 'no' && assessment.people === undefined && 'About how many people are affected.',
    assessment.personalData !== 'no' && assessment.records === undefined && 'About how many records are involved.',
  ];
}

const aboutTheOutcome = ({ breach, notices }: ReportSources): (string | false)[] => [
  breach.triage === null && 'Whether this is a breach: nobody has confirmed it yet.',
  notices.length === 0 && 'Who was told: no message about this has been made yet.',
  notices.some((notice) => notice.status !== 'sent') &&
    'Whether every message has arrived: at least one has not been sent yet.',
];

interface Found {
  readonly decided: Decided;
  readonly moments: Moments;
  readonly encryption: ReportEncryption | null;
}

/** What a reader might take for granted and nobody knows: said plainly, one sentence each. */
export const notKnownOf = (sources: ReportSources, { decided, moments, encryption }: Found): string[] =>
  [
    ...aboutTheOutcome(sources),
    ...aboutThePeople(sources.breach, decided),
    ...aboutTheMoments(moments),
    ...aboutEncryption(encryption),
    ...aboutTheDevice(sources),
    ...aboutTheEvidence(sources),
  ].filter((line) => line !== false);
