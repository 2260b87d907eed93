import type { SiemFinding } from './finding.ts';

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

/** One Compliance Finding (class 2003), in JSON. The device is a resource, named by its asset tag; no person is named. */
export function ocsfOf(finding: SiemFinding): string {
  const [severityId, severity] = SEVERITIES[finding.severity] ?? [0, 'Unknown'];
  return asciiJson({
    activity_id: CREATE,
    activity_name: 'Create',
    category_uid: FINDINGS,
    category_name: 'Findings',
    class_uid: COMPLIANCE_FINDING,
    class_name: 'Compliance Finding',
    type_uid: COMPLIANCE_FINDING * 100 + CREATE,
    type_name: 'Compliance Finding: Create',
    severity_id: severityId,
    severity,
    status_id: 1,
    status: 'New',
    time: finding.openedAt,
    start_time: finding.firstSeen,
    message: finding.says,
    count: finding.count,
    metadata: {
      version: VERSION,
      uid: finding.uid,
      event_code: finding.type,
      tenant_uid: finding.organisation,
      product: { name: 'Beadle', vendor_name: 'Beadle', feature: { name: finding.rule } },
    },
    finding_info: {
      uid: finding.ref,
      title: finding.isTest ? 'Test message' : `Apparent breach of section ${finding.clause}`,
      desc: finding.says,
      created_time: finding.openedAt,
      first_seen_time: finding.firstSeen,
      src_url: finding.url,
      types: [finding.type],
    },
    compliance: {
      standards: [`Remote-working policy, version ${finding.policyVersion}`],
      requirements: [finding.clause],
      control: finding.rule,
      ...(finding.isTest ? {} : { status_id: 3, status: 'Fail' }),
    },
    resources: finding.assetTag === null ? [] : [{ uid: finding.assetTag, name: finding.assetTag, type: 'Device' }],
  });
}
