import { readFileSync } from 'node:fs';
import { iso, policiesIn, policyAt, type PolicyDocument, REASONS, type RuleJudgement } from '@beadle/shared';
import { judgeOnce } from '../cycle/once.ts';
import { UsageError } from '../errors.ts';
import { type Command, DATA_OPTION, dataFolder, printJson, readOptions, say } from './command.ts';
import { type Judged, type Kept, readKept, readKeptIfAllowed, recordedDevice, thisDevice } from './judged-device.ts';
import { systemClock } from './system.ts';

async function readPolicyFile(file: string): Promise<PolicyDocument> {
  const { readPolicy } = await import('@beadle/shared/policy/read');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`The policy ${file} cannot be read.`, { cause });
  }
  const reading = readPolicy(text);
  if (reading.ok) return reading.policy;
  throw new UsageError(
    reading.errors
      .map(({ line, column, path, expected }) => `${file}:${line}:${column}: ${path}: expected ${expected}`)
      .join('\n'),
  );
}

const toFinding = ({ rule, subject, kind, at, verdict, reason, severity, observed }: RuleJudgement) => ({
  rule: rule.id,
  clause: rule.clause,
  check: rule.check,
  subject,
  kind,
  at: iso(at),
  verdict,
  ...(reason === undefined ? {} : { reason, reasonText: REASONS[reason] }),
  severity,
  observed,
});

/** What `check --json` prints. */
export async function judgeDevice(judged: Judged, policy: PolicyDocument) {
  const { title, version } = policy;
  const findings = (await judgeOnce({ ...judged, policy })).map(toFinding);
  return { policy: { title, version }, platform: judged.host.platform, observedAt: judged.observedAt, findings };
}

type Finding = ReturnType<typeof toFinding>;

function inWords({ verdict, clause, rule, subject, reason }: Finding): string {
  const why = reason === undefined ? '' : ` (${REASONS[reason]})`;
  return `${verdict.padEnd(14)} ${clause.padEnd(6)} ${rule}: ${subject}${why}`;
}

/** The version in force by this device's clock. */
const policyOf = ({ policy }: Kept): PolicyDocument | undefined =>
  policy === undefined ? undefined : policyAt(policiesIn(policy), systemClock.now());

const OPTIONS = {
  ...DATA_OPTION,
  policy: { type: 'string' },
  recording: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const check: Command = {
  name: 'check',
  summary: 'one cycle on this device or a recording; keeps nothing and sends nothing',
  synopsis: '[--policy FILE] [--recording DIR] [--json] [--data DIR]',
  details: [
    'FILE is judged by whatever its dates; without it the policy that this device was given.',
    'DIR is a folder that beadle-agent record has made: it is judged as at the moment at which it was recorded.',
    'A device that is in no register is what its firmware says; where that is silent it is judged as a laptop.',
    'Exit code 0: no failing verdict; 1: at least one fail; 2: usage, a bad policy or a bad recording.',
  ],
  async run(args) {
    const { values } = readOptions(args, OPTIONS);
    const data = dataFolder(values);
    const kept = values.policy === undefined ? readKept(data) : readKeptIfAllowed(data);
    const policy = values.policy === undefined ? policyOf(kept) : await readPolicyFile(values.policy);
    if (policy === undefined)
      throw new UsageError('No policy is in force on this device: give one with --policy FILE.');
    const judged = values.recording === undefined ? await thisDevice(kept) : recordedDevice(values.recording);
    const result = await judgeDevice(judged, policy);
    if (values.json === true) printJson(result);
    else result.findings.map(inWords).forEach(say);
    return result.findings.some(({ verdict }) => verdict === 'fail') ? 1 : 0;
  },
};
