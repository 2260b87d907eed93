import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMask, MASK } from '../../src/breaches/report-mask.ts';
import { type ConsoleServer, startConsoleServer } from '../support/console-server.ts';
import { readStructure } from '../support/pdf-structure.ts';
import { seedBreach, seedDevice, seedEvent, seedNotice } from '../support/seed.ts';
import { wholeCase } from './whole-case.ts';

let server: ConsoleServer;
let ref: string;
beforeAll(async () => {
  server = await startConsoleServer();
  ref = await wholeCase(server);
});
afterAll(() => server.close());

const read = (query = '', reference = ref) =>
  server.as('security-analyst', { url: `/api/v1/breaches/${reference}/article-33${query}` });
const settings = async (change: object) => {
  const { body } = await server.as('administrator', { url: '/api/v1/organisation' });
  const payload = { ...JSON.parse(body), ...change };
  return server.as('administrator', { method: 'PUT', url: '/api/v1/organisation', payload });
};

describe('the summary for the regulator', () => {
  it('for sending has what Article 33(3) asks for, and nothing that people typed', async () => {
    const { body } = await read();
    expect(JSON.parse(body)).toMatchObject({
      version: 'sending',
      warning: null,
      confirmed: true,
      nature: {
        check: null,
        category: 'lost',
        personalData: 'yes',
        specialCategory: 'no',
        childrenOrVulnerable: 'unknown',
        people: 40,
        records: 55,
        typed: null,
      },
      consequences: { riskLikely: 'yes', highRisk: 'no', typed: null },
      measures: {
        encryption: { verdict: 'pass', ageDays: 1 },
        individuals: null,
        actions: { done: 1, open: 0, lastDue: null },
        typed: null,
      },
      delay: { deadline: '2026-06-07T08:32:00.000Z', toldAt: '2026-06-07T23:32:00.000Z', late: true, typed: null },
    });
    for (const typed of ['train', 'tenants', 'Rivers', 'Marsh', 'DBC-07001', 'PF7YY001'])
      expect(body).not.toContain(typed);
  });

  it('for editing has what they typed, with a word at its head and the names replaced', async () => {
    const summary = (await read('?version=editing')).json();
    expect(summary.warning).toMatch(/^Read before sending/);
    expect(summary.replaced).toBe(9);
    expect(summary.nature.typed).toContainEqual({
      about: 'What happened, as it was reported',
      text: `${MASK} left ${MASK} (${MASK}) on the 8:12.\nHe rang at once.`,
    });
    expect(summary.consequences.typed[0].text).toBe(`Letters to tenants; ${MASK} has told his manager`);
    expect(summary.delay.typed).toEqual([
      { about: 'Why, as it was decided', text: `${MASK} was away, and nobody stood in` },
    ]);
    const page = (await read('?version=editing&format=html')).body;
    expect(page.indexOf('Read before sending')).toBeLessThan(page.indexOf('Nature of the breach'));
  });

  it('as a page and as a PDF says what is still missing', async () => {
    const page = (await read('?format=html')).body;
    expect(page).toContain('The reasons must go with the notification');
    const pdf = await read('?format=pdf');
    expect(pdf.headers['content-disposition']).toBe(`inline; filename="${ref}-article-33.pdf"`);
    expect((await readStructure(pdf.rawPayload)).faults).toEqual([]);
    const officer = await server.signIn('information-security-team-leader');
    const { body } = await officer.get(`/breaches/${ref}/article-33?version=editing`);
    expect(body).toContain('the version for sending');
  });

  it('names a contact: the settings’, else the Data Protection Officer to whom messages go', async () => {
    expect((await read()).json().contact).toBeNull();
    expect((await read()).json().missing.join()).toContain('dataProtectionContact');
    const officer = { name: 'Dee Officer', address: 'dpo@example.org' };
    expect((await settings({ recipients: { 'data-protection-officer': officer } })).statusCode).toBe(200);
    expect((await read()).json().contact).toEqual({ name: 'Dee Officer', email: 'dpo@example.org', telephone: null });
    const dataProtectionContact = { name: 'Data protection', email: 'data@example.org', telephone: '01442 228000' };
    expect((await settings({ dataProtectionContact })).statusCode).toBe(200);
    expect((await read()).json().contact).toEqual(dataProtectionContact);
    expect((await settings({ dataProtectionContact: { name: 'x', email: 'no address' } })).statusCode).toBe(400);
    expect((await settings({ dataProtectionContact: null, recipients: {} })).statusCode).toBe(200);
  });

  it('knows nothing that nobody has said', async () => {
    const breach = await seedBreach(server.db, null, { kind: 'person', report: '{}' });
    const summary = (await read('', breach.ref)).json();
    expect(summary).toMatchObject({
      confirmed: false,
      nature: { personalData: null, people: null, records: null },
      delay: { late: null, deadline: null },
    });
    expect(summary.missing).toHaveLength(5);
  });
});

const word = fc.stringMatching(/^[A-Za-zÀ-ÖØ-öø-ÿŴŵŶŷ]{3,10}$/);
const isFindable = (name: string) => !MASK.includes(name.toLowerCase());
const apart = fc.constantFrom(' ', ', ', '. ', '\n', '’s ', ' (', '-', '/', '\u00A0', '\u200B ', ' "');
const names = fc.record({
  holder: fc.tuple(word, word).map((parts) => parts.join(' ')),
  account: fc.stringMatching(/^[a-z]{2,8}\d{0,3}$/).filter(isFindable),
  officer: fc.tuple(word, word).map((parts) => parts.join(' ')),
  tag: fc.stringMatching(/^[A-Z]{3}-\d{5}$/),
  serial: fc.stringMatching(/^[A-Z0-9]{8}$/),
});
type Names = Readonly<Record<string, string>>;

/** Text in which names occur in any case, beside each other and beside anything. */
const textWith = (known: Names) =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          fc
            .constantFrom(...Object.values(known))
            .chain((name) =>
              fc.constantFrom(name, name.toLowerCase(), name.toUpperCase(), name.replace(' ', '\n'), `x${name}y`),
            ),
          fc.string({ maxLength: 12 }),
          word.map((name) => `${name}@example.org`),
        ),
        apart,
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.flat().join(''));

const LETTER = String.raw`[\p{L}\p{N}]`;
/** As a reader would look for it: within a word where it is long, and as a word where it is short. */
const occurs = (text: string, name: string): boolean => {
  const flat = text.normalize('NFC').replaceAll(/\s+/g, ' ').toLowerCase();
  const sought = name.normalize('NFC').toLowerCase();
  if (sought.length >= 5) return flat.includes(sought);
  return new RegExp(`(?<!${LETTER})${RegExp.escape(sought)}(?!${LETTER})`, 'u').test(flat);
};

describe('the mask', () => {
  it('leaves no known name, account, address, tag or serial number', () => {
    const given = names.chain((known) => fc.record({ known: fc.constant(known), text: textWith(known) }));
    fc.assert(
      fc.property(given, ({ known, text }) => {
        const { holder, officer, ...strings } = known;
        const { text: masked } = createMask({ people: [holder, officer], strings: Object.values(strings) })(text);
        expect(Object.values(known).filter((name) => occurs(masked, name))).toEqual([]);
        expect(masked).not.toMatch(/\w@\w/);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it.each([
    ['Mr Rivers rang', `Mr ${MASK} rang`],
    ['SAM rang', `${MASK} rang`],
    ['the same rivers', 'the same rivers'],
    ["O’Neil and O'Neil", `${MASK} and ${MASK}`],
    ['ab is not about', `${MASK} is not about`],
    ['Write to sam@example.org.', `Write to ${MASK}`],
    ['S\u200Bam Rivers', MASK],
    ['(a+b)', '(a+b)'],
  ])('of %j leaves %j', (text, expected) => {
    const mask = createMask({ people: ['Sam Rivers', "O'Neil"], strings: ['ab', '', '(', 'name'] });
    expect(mask(text).text).toBe(expected);
  });
});

describe('whatever a case says', () => {
  it('no known name, account, address or tag of it is in the summary', async () => {
    let count = 0;
    const given = names.chain((known) => fc.record({ known: fc.constant(known), text: textWith(known) }));
    await fc.assert(
      fc.asyncProperty(given, async ({ known, text }) => {
        count += 1;
        const device = await seedDevice(server.db, {
          asset_tag: `${known.tag}-${count}`,
          serial_number: known.serial,
          holder: known.holder,
        });
        const breach = await seedBreach(server.db, device.id, {
          kind: 'person',
          subject: text.slice(0, 200),
          owner: known.account,
          duty: 'holder',
          triage: 'confirmed',
          report: JSON.stringify({ by: known.officer, description: text, information: text, done: text }),
        });
        await seedEvent(server.db, breach.id, {
          type: 'contained',
          actor: known.officer,
          detail: JSON.stringify({ measures: text }),
        });
        await seedNotice(server.db, breach.id, { address: 'told.person@example.org' });
        for (const version of ['sending', 'editing']) {
          const { body } = await read(`?version=${version}`, breach.ref);
          // What Beadle itself writes, such as `name` and `late`, is no name.
          const { nature, consequences, measures, delay } = JSON.parse(body);
          const said = [nature, consequences, measures, delay].flatMap(({ typed }) => typed ?? []);
          const whole = said.map((one) => one.text).join('\n');
          const all = [known.holder, known.account, known.officer, known.serial, device.asset_tag];
          expect(all.filter((name) => occurs(whole, name))).toEqual([]);
          expect(body).not.toContain('told.person@example.org');
          for (const name of [known.serial, device.asset_tag]) expect(body).not.toContain(name);
        }
      }),
      { numRuns: 25 },
    );
  });
});
