import { retentionInWords } from '../../organisation/retention.ts';
import type { Organisation } from '../../organisation/store.ts';
import { moment } from '../words.ts';
import { WHERE } from './council.ts';
import { row, type SettingsSection } from './section.ts';

interface Erased {
  readonly at: number | null;
  /** How many of each kind. */
  readonly erased: Readonly<Record<string, number>>;
}

const erasedWords = (last: Erased | null): string[] =>
  last === null || last.at === null
    ? ['Not yet']
    : [
        moment(last.at),
        Object.entries(last.erased)
          .map(([kind, count]) => `${count.toLocaleString('en-GB')} ${kind}`)
          .join(', '),
      ];

/** What is said of how long things are kept is what is done, and no intention. */
export function retentionSection({ settings: { retention } }: Organisation, last: Erased | null): SettingsSection {
  const times = retentionInWords(retention);
  return {
    id: 'retention',
    title: 'How long things are kept',
    where: `${WHERE} Erased each night; what a legal hold is on stays.`,
    rows: [
      row('Findings that no breach rests on', times.findings, 'retention.findings'),
      row('Breaches and what they rest on', `${times.breaches} after their end`, 'retention.breaches'),
      row('Findings of what was no breach', `${times.dismissed} after its end`, 'retention.dismissed'),
      row('Complaints, objections and corrections', `${times.breaches} after their answer`, 'retention.breaches'),
      row('What messages say', times.messages, 'retention.messages'),
      row('People who are gone, whom nothing kept names', times.people, 'retention.people'),
      row('Last erased', erasedWords(last)),
      row('Audit log, authorisations, helpdesk records', 'Until somebody deletes them from the database'),
      row('Daily figures of how devices stand', 'Two years'),
      row('Previews of a policy', 'One day'),
      row('Jobs that are done', 'One week'),
      row('Findings on a device, once the server has them', '30 days'),
    ],
  };
}
