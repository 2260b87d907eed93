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

function aboutTheEvidence({ breach, findings, findingsAreWhole }: ReportSources): (string | false)[] {
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
    !findingsAreWhole && 'The older findings are on record but not listed in this report.',
  ];
}

const aboutTheOutcome = ({ breach, notices }: ReportSources): (string | false)[] => [
  breach.triage === null && 'Whether this is a breach: nobody has confirmed it yet.',
  breach.assessment === null &&
    'How serious it is for the council: nobody has assessed it yet. The severity is the one that the policy gives the rule.',
  breach.assessment === null && breach.check_name !== 'patches' && 'Whether personal data is involved, and whose.',
  notices.length === 0 && 'Who was told: no message about this has been made yet.',
  notices.some((notice) => notice.status !== 'sent') &&
    'Whether every message has arrived: at least one has not been sent yet.',
];

/** What a reader might take for granted and nobody knows: said plainly, one sentence each. */
export const notKnownOf = (sources: ReportSources): string[] =>
  [...aboutTheOutcome(sources), ...aboutTheDevice(sources), ...aboutTheEvidence(sources)].filter(
    (line) => line !== false,
  );
