import type { BreachReport } from '../../breaches/report-document.ts';
import type { Block, Section } from '../../pdf/document.ts';
import { factName, valueWords } from '../fact-words.ts';
import { actorWords, channelWords, detailLines, eventWords } from '../timeline-words.ts';
import { capital, count, exactly, humanise, moment, roleWords } from '../words.ts';
import { labelOf } from '../labels.ts';
import { fact, facts, known, section, shortened, text } from './parts.ts';

/** What the list leaves out, said plainly. */
const more = (all: number, listed: number, what: string): Block | false =>
  all > listed && text(`${all - listed} older ${what} are on record and not listed here.`);

function reported({ reported: said, moments }: BreachReport): Block | false {
  if (said === null) return false;
  const { byPerson } = moments.happened;
  return facts('As a person reported it', [
    known('Reported by', said.by && capital(actorWords(said.by))),
    fact('In short', said.title),
    known('What happened', said.description),
    known('How certain', said.certainty && humanise(said.certainty)),
    fact('When it happened', byPerson === null ? 'Not said' : moment(byPerson)),
    known('When it was discovered', said.discoveredAt && moment(said.discoveredAt)),
    known('Where', said.place && capital(said.place)),
    known('What information is involved', said.information),
    known('Is personal data involved?', said.personalData && capital(said.personalData)),
    known('What had been done already', said.done),
    known('Crime reference', said.policeReference),
  ]);
}

export const seen = (report: BreachReport): Section =>
  section(
    'What was seen',
    report.kind !== 'person' &&
      facts('What was seen, and how often', [
        fact('About', report.subject === 'device' ? 'The device as a whole' : report.subject),
        fact('First seen', exactly(report.firstSeen)),
        fact('Last seen', exactly(report.lastSeen)),
        fact('How often', count(report.count, 'time')),
      ]),
    report.seen.length > 0 &&
      facts(
        'As last seen',
        report.seen.map(({ name, value }) => fact(factName(name), shortened(valueWords(name, value)))),
      ),
    reported(report),
  );

export const evidence = (report: BreachReport): Section =>
  section(
    'Evidence',
    report.history.length === 0
      ? text('No finding of a device is on record for this.')
      : {
          kind: 'table',
          caption: 'What the device sent, newest first',
          head: ['Verdict', 'Seen (device’s clock)', 'Received (server’s clock)', 'Place in the chain'],
          shares: [3, 3, 3, 2],
          rows: report.history.map((finding) => [
            [labelOf('verdict', finding.verdict).text, capital(finding.reasonInWords ?? '')].filter(Boolean).join('\n'),
            exactly(finding.observedAt),
            exactly(finding.receivedAt),
            `${finding.generation}.${finding.sequence}\n${finding.link.slice(0, 12)}${finding.bodyHeld ? '' : '\nContent erased'}`,
          ]),
        },
    more(report.historyInAll, report.history.length, 'findings'),
    report.history.length > 0 &&
      text(
        'Each finding is chained to the one before it by a hash, shortened here to its first 12 characters. The JSON form of this report has each in full.',
      ),
  );

const sentWords = ({ sentAt, attempts }: BreachReport['notified'][number]): string => {
  if (sentAt !== null) return moment(sentAt);
  return attempts > 0 ? `Not sent yet, ${count(attempts, 'attempt')} so far` : 'Not sent yet';
};

export const told = (report: BreachReport): Section =>
  section(
    'Who was told',
    report.notified.length === 0
      ? text('No message about this has been written yet.')
      : {
          kind: 'table',
          caption: 'Messages about this breach',
          head: ['Who', 'By', 'Written', 'Sent'],
          shares: [3, 2, 3, 3],
          rows: report.notified.map((notice) => [
            roleWords(notice.role),
            channelWords(notice.channel),
            moment(notice.madeAt),
            sentWords(notice),
          ]),
        },
    more(report.notifiedInAll, report.notified.length, 'messages'),
  );

/** What has parts of its own, such as the factors of an assessment, stands in its own section. */
function briefly(detail: unknown): unknown {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return detail;
  return Object.fromEntries(
    Object.entries(detail).filter(([, value]) => typeof value !== 'object' || Array.isArray(value)),
  );
}

export const timeline = (report: BreachReport): Section =>
  section(
    'Timeline',
    report.timeline.length === 0
      ? text('Nothing has happened to this breach since it was opened.')
      : {
          kind: 'table',
          caption: 'What happened to this breach, newest first; what people wrote is shortened here',
          head: ['When', 'What, and by whom', 'More'],
          shares: [2, 3, 4],
          rows: report.timeline.map(({ at, type, actor, detail }) => [
            moment(at),
            `${eventWords(type)} by ${actorWords(actor)}`,
            detailLines(briefly(detail)).map(shortened).join('\n'),
          ]),
        },
    more(report.timelineInAll, report.timeline.length, 'events'),
  );
