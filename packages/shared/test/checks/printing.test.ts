import { describe, expect, it } from 'vitest';
import { type Job, printing, type Queue } from '../../src/checks/printing.ts';
import { known, unknown } from '../../src/findings/verdict.ts';
import { iso } from '../../src/ports.ts';
import { laptop, NOON } from '../devices.ts';
import { inShort, judge } from './judging.ts';

const REQUIRE = {
  councilPrinters: [String.raw`\\*.dacorum.gov.uk\*`],
  permittedPrinters: ['ipp://*.justice.gov.uk*'],
  homePrinting: 'deny',
} as const;
const council: Queue = { name: 'Floor 2', target: String.raw`\\print.dacorum.gov.uk\Floor2`, reach: 'network' };
const court: Queue = { name: 'Court', target: 'ipp://print.justice.gov.uk/1', reach: 'network' };
const pdf: Queue = { name: 'Print to PDF', target: 'PORTPROMPT:', reach: 'file' };
const home: Queue = { name: 'DeskJet', target: 'usb://HP/DeskJet', reach: 'local' };
const wireless: Queue = { name: 'Canon', target: 'ipp://canon.local/ipp', reach: 'network' };

const at = NOON - 60_000;
const job = (queue: Queue): Job => ({ at: iso(at), id: 7, queue: queue.name, target: known(queue), sheets: 2 });
const facts = (...queues: Queue[]) => ({ queues: known(queues), jobs: known('told' as const) });
const office = laptop;
const away = { ...laptop, onCouncilNetwork: known(false) };

describe('a print job', () => {
  it.each<[string, Queue, typeof laptop, string]>([
    ["on a printer of the council's", council, away, 'event Floor 2 pass'],
    ['on a permitted printer', court, away, 'event Court pass'],
    ['to a file', pdf, away, 'event Print to PDF pass'],
    ['on a printer at the device', home, away, 'event DeskJet fail'],
    ['on a printer at the device, in the office', home, office, 'event DeskJet fail'],
    ['on a printer of a network elsewhere', wireless, away, 'event Canon fail'],
    ["on an unlisted printer of the council's network", wireless, office, 'event Canon fail [low]'],
  ])('%s', (_, queue, device, expected) => {
    const judged = judge('printing', REQUIRE, facts(), { events: [job(queue)], device });
    expect(inShort(judged)).toEqual([expected]);
    expect(judged[0]).toMatchObject({ at, observed: { sheets: 2, target: queue.target } });
  });

  it('on a queue that is gone is unknown', () => {
    const lost: Job = { ...job(home), target: unknown('gone') };
    expect(inShort(judge('printing', REQUIRE, facts(), { events: [lost] }))).toEqual(['event DeskJet unknown (gone)']);
  });

  it('at home is declared, or allowed, where the rule says so', () => {
    const events = [job(home)];
    const declared = judge('printing', { ...REQUIRE, homePrinting: 'declare' }, facts(), { events });
    expect(inShort(declared)).toEqual(['event DeskJet fail [low]']);
    expect(declared[0]?.observed).toMatchObject({ declarationNeeded: true });
    expect(inShort(judge('printing', { ...REQUIRE, homePrinting: 'allow' }, facts(), { events }))).toEqual([
      'event DeskJet pass',
    ]);
    expect(inShort(judge('printing', {}, facts(), { events }))).toEqual(['event DeskJet pass']);
  });

  it('is one job, however often it is told of', () => {
    expect(printing.identify?.(job(home))).toMatchObject({ key: 'DeskJet/7', at });
  });
});

describe('a queue without a job', () => {
  const untold = (...queues: Queue[]) => ({ queues: known(queues), jobs: unknown('log-disabled') });

  it('to another printer is recorded, failed as low, or ignored, as the rule says', () => {
    const queues = facts(council, home);
    expect(inShort(judge('printing', REQUIRE, queues))).toEqual(['Floor 2 pass', 'DeskJet pass']);
    expect(inShort(judge('printing', { ...REQUIRE, unknownQueues: 'fail' }, queues))).toEqual([
      'Floor 2 pass',
      'DeskJet fail [low]',
    ]);
    expect(inShort(judge('printing', { ...REQUIRE, unknownQueues: 'ignore' }, queues))).toEqual(['Floor 2 pass']);
  });

  it('says nothing certain where jobs are not told of', () => {
    expect(inShort(judge('printing', REQUIRE, untold(home)))).toEqual(['DeskJet unknown (log-disabled)']);
    expect(inShort(judge('printing', REQUIRE, untold(council)))).toEqual(['Floor 2 pass']);
    expect(inShort(judge('printing', { ...REQUIRE, homePrinting: 'allow' }, untold(home)))).toEqual(['DeskJet pass']);
  });

  it('of which there is none passes only where jobs are told of', () => {
    expect(inShort(judge('printing', REQUIRE, facts()))).toEqual(['device pass']);
    expect(inShort(judge('printing', REQUIRE, untold()))).toEqual(['device unknown (log-disabled)']);
  });

  it('cannot be told where queues cannot, but jobs still are', () => {
    const blind = { queues: unknown('service-down'), jobs: known('told' as const) };
    expect(inShort(judge('printing', REQUIRE, blind, { events: [job(home)] }))).toEqual([
      'device unknown (service-down)',
      'event DeskJet fail',
    ]);
  });
});
