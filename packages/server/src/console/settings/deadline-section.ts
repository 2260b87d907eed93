import { type Deadlines, durationInWords, SEVERITIES, type Target } from '@beadle/shared';
import { humanise, roleWords } from '../words.ts';
import { row, type SettingsSection } from './section.ts';

const within = ({ within: duration, counts }: Target): string =>
  `${durationInWords(duration)}${counts === 'working' ? ', by the working calendar' : ''}`;

const ESCALATED = { deputy: 'the deputy of whoever is told first' } as const;

function escalationLine({ to, after, counts, severities }: Deadlines['escalate'][number]): string {
  const whom = to === 'deputy' ? ESCALATED.deputy : roleWords(to);
  const of = severities === undefined ? '' : ` (${severities.join(', ')})`;
  const later = durationInWords(after);
  return `${later === 'no time' ? 'At once' : `After ${within({ within: after, counts })}`}, to ${whom}${of}`;
}

/** The deadlines that the policy in force sets, and the law's. */
export function deadlineSection(
  deadlines: Deadlines,
  policy: { readonly version: string } | undefined,
): SettingsSection {
  const acknowledge = [...SEVERITIES].toReversed().map((severity) => {
    const target = deadlines.acknowledge[severity];
    return `${humanise(severity)}: ${target === 'none' ? 'none' : within(target)}`;
  });
  return {
    id: 'deadlines',
    title: 'Deadlines in force',
    where:
      policy === undefined
        ? 'No policy is in force: these hold by default.'
        : `Set by the policy, version ${policy.version}, where it says anything of them.`,
    rows: [
      row('To acknowledge a breach', acknowledge),
      row('When nobody has acknowledged it', deadlines.escalate.map(escalationLine)),
      row(
        'To tell the regulator',
        deadlines.regulator.map(({ name, within: duration }) => `${humanise(name)}: ${durationInWords(duration)}`),
      ),
    ],
  };
}
