import type { OrganisationSettings } from '../organisation/settings.ts';
import type { Article33, Version } from './report-article33-document.ts';
import type { BreachReport } from './report-document.ts';
import type { Masked } from './report-mask.ts';
import type { Moments } from './report-moments.ts';

type Said = readonly { readonly about: string; readonly text: string | null | undefined }[];
type Typed = Article33['nature']['typed'];

/** What people typed, masked and counted; null where it is left out. */
interface Typist {
  readonly type: (said: Said) => Typed;
  readonly replaced: () => number;
}

function createTypist(version: Version, mask: (text: string) => Masked): Typist {
  let replaced = 0;
  const type = (said: Said): Typed => {
    if (version === 'sending') return null;
    return said.flatMap(({ about, text }) => {
      if (text === null || text === undefined || text === '') return [];
      const masked = mask(text);
      replaced += masked.replaced;
      return [{ about, text: masked.text }];
    });
  };
  return { type, replaced: () => replaced };
}

const earliest = ({ byDevice, byServer, byPerson }: Moments['happened']): string | null =>
  byPerson ?? byDevice ?? byServer;

function natureOf(report: BreachReport, type: Typist['type']): Article33['nature'] {
  const { decided, moments, reported } = report;
  const { assessment } = decided;
  const factors = assessment?.factors;
  return {
    check: report.kind === 'person' ? null : report.check,
    category: decided.category,
    happenedAt: earliest(moments.happened),
    detectedAt: moments.detected.byServer ?? moments.reported.byServer,
    personalData: assessment?.personalData ?? null,
    specialCategory: assessment?.specialCategory ?? null,
    childrenOrVulnerable: assessment?.childrenOrVulnerable ?? null,
    people: assessment?.people ?? null,
    records: assessment?.records ?? null,
    typed: type([
      { about: 'In short, as it was reported', text: reported?.title },
      { about: 'What happened, as it was reported', text: reported?.description },
      { about: 'What information is involved, as it was reported', text: reported?.information },
      { about: 'Kind of breach', text: factors?.type },
      { about: 'What has happened to the information', text: factors?.whatHappened },
      { about: 'How sensitive it is', text: factors?.sensitivity },
      { about: 'How many people', text: factors?.howMany },
      { about: 'Who they are', text: factors?.who },
    ]),
  };
}

function consequencesOf({ decided: { assessment } }: BreachReport, type: Typist['type']): Article33['consequences'] {
  return {
    riskLikely: assessment?.riskLikely ?? null,
    highRisk: assessment?.highRisk ?? null,
    typed: type([
      { about: 'Likely consequences', text: assessment?.consequences },
      { about: 'What it could tell somebody about a person', text: assessment?.factors.reveals },
      { about: 'What harm could come to them', text: assessment?.factors.harm },
    ]),
  };
}

function measuresOf(
  { decided, moments, encryption, reported }: BreachReport,
  type: Typist['type'],
): Article33['measures'] {
  const { actions } = decided;
  const kept = actions.filter(({ outcome }) => outcome !== 'dropped');
  const open = kept.filter(({ outcome }) => outcome === null);
  return {
    containedAt: moments.contained.byServer,
    encryption: encryption === null ? null : { verdict: encryption.verdict, ageDays: encryption.ageDays },
    individuals: decided.decisions.find(({ about, holds }) => about === 'individuals' && holds)?.decision ?? null,
    individualsToldAt: moments.individualsTold.byPerson,
    actions: { done: kept.length - open.length, open: open.length, lastDue: open.at(-1)?.due ?? null },
    typed: type([
      { about: 'Done before it was reported', text: reported?.done },
      { about: 'What protected the information', text: decided.assessment?.factors.protection },
      ...decided.containment.map(({ measures }) => ({ about: 'Done to contain it', text: measures })),
      ...kept.map(({ title, outcome }) => ({ about: outcome === null ? 'To be done' : 'Done', text: title })),
      { about: 'Lessons', text: decided.closing?.lessons },
    ]),
  };
}

function delayOf(
  { clocks: { fromAware }, decided, moments, writtenAt }: BreachReport,
  type: Typist['type'],
): Article33['delay'] {
  const toldAt = moments.regulatorTold.byPerson;
  const late =
    fromAware === null || fromAware.standing === 'not-to-be-told'
      ? null
      : Date.parse(toldAt ?? writtenAt) > Date.parse(fromAware.endsAt);
  const decision = decided.decisions.find(({ about, holds }) => about === 'regulator' && holds);
  return {
    awareAt: fromAware?.startsAt ?? null,
    deadline: fromAware?.endsAt ?? null,
    toldAt,
    late,
    typed: type([
      { about: 'Why, as it was decided', text: decision?.reasons },
      ...decided.awareness.map(({ reasons }) => ({ about: 'Why the moment of awareness was moved', text: reasons })),
    ]),
  };
}

type Contact = Article33['contact'];

/** Whom the regulator can ask: as the settings say, else the Data Protection Officer to whom messages go. */
export function contactOf({ dataProtectionContact, recipients }: OrganisationSettings): Contact {
  if (dataProtectionContact !== undefined && dataProtectionContact !== null)
    return { telephone: null, ...dataProtectionContact };
  const officer = recipients['data-protection-officer'];
  return officer === undefined ? null : { name: officer.name, email: officer.address, telephone: null };
}

const WARNING =
  'Read before sending. What people typed is below in their own words. Names, accounts, addresses, asset tags and serial numbers that stand in the record of this breach have been replaced by [name]; names that Beadle does not know have not been. Take out whatever tells who somebody is.';

function missingIn({ decided, confirmed }: BreachReport, delay: Article33['delay'], contact: Contact): string[] {
  const { assessment } = decided;
  return [
    !confirmed && 'Whether this is a breach: nobody has confirmed it.',
    assessment === null && 'The assessment: nobody has assessed it, so that its consequences are not known.',
    assessment !== null && assessment.people === undefined && 'About how many people are affected.',
    assessment !== null && assessment.records === undefined && 'About how many records are involved.',
    contact === null &&
      'A contact for data protection: the settings name none (dataProtectionContact, PUT /api/v1/organisation).',
    decided.containment.length === 0 && 'What was done to contain it: nothing is on record.',
    delay.awareAt === null && 'When the council became aware: no moment is on record.',
    delay.late === true && 'Why the regulator is told after 72 hours: the reasons must go with it.',
  ].filter((line) => line !== false);
}

interface Given {
  readonly version: Version;
  readonly contact: Contact;
  readonly mask: (text: string) => Masked;
}

/** The summary for the regulator, of the report; pure. */
export function article33Of(report: BreachReport, { version, contact, mask }: Given): Article33 {
  const { type, replaced } = createTypist(version, mask);
  const nature = natureOf(report, type);
  const consequences = consequencesOf(report, type);
  const measures = measuresOf(report, type);
  const delay = delayOf(report, type);
  return {
    marking: report.marking,
    council: report.council,
    writtenAt: report.writtenAt,
    reference: report.reference,
    version,
    warning: version === 'editing' ? WARNING : null,
    replaced: replaced(),
    confirmed: report.confirmed,
    nature,
    contact,
    consequences,
    measures,
    delay,
    missing: missingIn(report, delay, contact),
  };
}
