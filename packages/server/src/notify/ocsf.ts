import { findingTitle, type SiemFinding } from './finding.ts';

/** Of the Open Cybersecurity Schema Framework, https://schema.ocsf.io/1.3.0/classes/compliance_finding. */
const VERSION = '1.3.0';
const COMPLIANCE_FINDING = 2003;
const FINDINGS = 2;
const CREATE = 1;

const SEVERITIES: Readonly<Record<string, readonly [number, string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

/** JSON in printable ASCII, on one line: what is escaped cannot be taken for the end of a line or a message. */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const CLASS = {
  activity_id: CREATE,
  activity_name: 'Create',
  category_uid: FINDINGS,
  category_name: 'Findings',
  class_uid: COMPLIANCE_FINDING,
  class_name: 'Compliance Finding',
  type_uid: COMPLIANCE_FINDING * 100 + CREATE,
  type_name: 'Compliance Finding: Create',
  status_id: 1,
  status: 'New',
} as const;

/** One Compliance Finding (class 2003), in JSON. The device is a resource, named by its asset tag; no person is named. */
export function ocsfOf(finding: SiemFinding): string {
  const { rule, says, openedAt, assetTag } = finding;
  const [severityId, severity] = SEVERITIES[finding.severity] ?? [0, 'Unknown'];
  return asciiJson({
    ...CLASS,
    severity_id: severityId,
    severity,
    time: openedAt,
    start_time: finding.firstSeen,
    message: says,
    count: finding.count,
    metadata: {
      version: VERSION,
      uid: finding.uid,
      event_code: finding.type,
      tenant_uid: finding.organisation,
      product: { name: 'Beadle', vendor_name: 'Beadle', feature: { name: rule } },
    },
    finding_info: {
      uid: finding.ref,
      title: findingTitle(finding),
      desc: says,
      created_time: openedAt,
      first_seen_time: finding.firstSeen,
      src_url: finding.url,
      types: [finding.type],
    },
    compliance: complianceOf(finding),
    resources: assetTag === null ? [] : [{ uid: assetTag, name: assetTag, type: 'Device' }],
  });
}

const complianceOf = ({ policyVersion, clause, rule, isTest }: SiemFinding) => ({
  standards: [`Remote-working policy, version ${policyVersion}`],
  requirements: [clause],
  control: rule,
  ...(isTest ? {} : { status_id: 3, status: 'Fail' }),
});
