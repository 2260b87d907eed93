import type { BreachReport } from '../../breaches/report-document.ts';
import type { WrittenDocument } from '../../pdf/document.ts';
import { moment } from '../words.ts';
import { section } from './parts.ts';
import { decidedSections } from './report-decided.ts';
import { evidence, seen, timeline, told } from './report-evidence.ts';
import { device, summary, times } from './report-summary.ts';

const STANDINGS: Readonly<Record<string, string>> = {
  confirmed: 'A person has confirmed that this is a breach.',
  'near-miss': 'A person has decided that this was a near miss. What follows is what appears to have happened.',
  'not-a-breach': 'A person has decided that this is not a breach. What follows is what appeared to have happened.',
};

const standing = ({ decided }: BreachReport): string =>
  (decided.triage !== null && STANDINGS[decided.triage.decision]) ||
  'This is what appears to have happened. Nobody has confirmed it yet.';

const about = ({ council }: BreachReport): string =>
  `Beadle is the software with which ${council} sees that its policy for remote working is kept. It checks the council’s devices, which send what they found (findings); and anybody may report something. It opens a breach where something appears not to be as the policy says. People decide what that is, how serious it is and what follows: Beadle decides nothing about anybody, and this report finds no fault with anyone.`;

/** The breach report, in words that need no knowledge of Beadle. */
export const breachReportDocument = (report: BreachReport): WrittenDocument => ({
  name: `Breach report ${report.reference}`,
  council: report.council,
  marking: report.marking,
  writtenAt: Date.parse(report.writtenAt),
  heading: report.title,
  warning: null,
  lead: [
    `${standing(report)} Written for the Information Security Team Leader of ${report.council} on ${moment(report.writtenAt)}.`,
  ],
  sections: [
    summary(report),
    times(report),
    ...decidedSections(report),
    device(report),
    seen(report),
    section('What is not known', { kind: 'list', items: report.notKnown }),
    evidence(report),
    told(report),
    timeline(report),
    section('How to read this report', { kind: 'text', text: about(report) }),
  ],
});
