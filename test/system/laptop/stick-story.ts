import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { mailReceiver } from '../../../packages/server/test/notify/receivers.ts';
import { until } from '../../support/processes.ts';
import { openPage, type Pictures, VIEWS } from '../fixtures/browser.ts';
import type { Bench } from './bench.ts';
import { say } from './system.ts';

const RULE = 'memory-sticks';
export const STICK_OF_THE_STORY = 'OF-THE-STORY';
const PASSWORD = 'quiet harbour lamp eleven';
export const ADDRESSES = { officer: 'ann@council.test', ict: 'ian@council.test' } as const;
const OFFICER = { name: 'Ann Officer', role: 'information-security-team-leader', address: ADDRESSES.officer } as const;
const ICT = { name: 'Ian Technician', role: 'ict-administrator', address: ADDRESSES.ict } as const;
type Who = typeof OFFICER | typeof ICT;

interface Told {
  readonly bench: Bench;
  readonly mail: Awaited<ReturnType<typeof mailReceiver>>;
  readonly browser: Browser;
  readonly pictures: Pictures;
}

/** Accounts for both, and their addresses for what is told by mail. */
async function introduce({ server }: Bench): Promise<void> {
  for (const { name, role } of [OFFICER, ICT])
    await server.ask('POST', '/api/v1/accounts', { name, role, password: PASSWORD });
  const before = await server.ask<{ recipients: object }>('GET', '/api/v1/organisation');
  const recipients = Object.fromEntries([OFFICER, ICT].map(({ name, role, address }) => [role, { name, address }]));
  await server.ask('PUT', '/api/v1/organisation', { ...before, recipients: { ...before.recipients, ...recipients } });
}

/** The address in the first message to somebody that speaks of `about`. */
async function linkFor({ mail }: Told, { address }: Who, about: string): Promise<string> {
  const find = () => mail.received.find(({ to, text }) => to.includes(address) && text.includes(about));
  await until(`a message to ${address} about ${about}`, () => find() !== undefined, 60_000);
  const [link] = /http:\/\/\S+\/breaches\/BR-\d{4}-\d+\S*/.exec(find()?.text ?? '') ?? [];
  if (link === undefined) throw new Error(`no address in: ${find()?.text}`);
  return link;
}

/** Follows a link from a message, signs in, and is where it leads. */
async function follow(told: Told, who: Who, link: string, look: (page: Page, name: string) => Promise<void>) {
  const { context, page, complaints } = await openPage(told.browser, VIEWS[0]);
  await page.goto(link);
  await look(page, `sign-in-of-${who.role}`);
  await page.getByLabel('Name').fill(who.name);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(page.url()).toBe(link);
  return {
    page,
    press: (name: string) => page.getByRole('button', { name, exact: true }).click(),
    done: async (words: string) => expect(await page.getByRole('alert').textContent()).toContain(words),
    async leave() {
      expect(complaints).toEqual([]);
      await context.close();
    },
  };
}

async function assess(page: Page): Promise<void> {
  for (const box of await page.locator('textarea').all()) await box.fill('Nothing was on the stick but photographs.');
  const answers = [
    ['Is information about living people involved?', 'Yes'],
    ['Is a risk to them likely?', 'No'],
    ['Is that risk high?', 'No'],
    ['How serious it is for the council', 'Low'],
  ] as const;
  for (const [legend, answer] of answers)
    await page.getByRole('group', { name: legend }).getByLabel(answer, { exact: true }).check();
}

/**
 * A stick is plugged into a laptop: the officer gets the mail, signs in, acknowledges, confirms, asks ICT to contain it,
 * assesses, decides not to tell the regulator, and closes. Every page is looked at. Gives who had a message about it, in their order.
 */
export async function tellStickStory(told: Told): Promise<string[]> {
  const { bench, mail, pictures } = told;
  let step = 0;
  const look = async (page: Page, name: string) => {
    step += 1;
    for (const view of VIEWS) {
      await page.setViewportSize(view);
      await page.emulateMedia({ colorScheme: view.colorScheme });
      await pictures.look(page, `stick-${String(step).padStart(2, '0')}-${name}`, view);
    }
  };
  await introduce(bench);
  const { at, pull } = await bench.laptop.plug(STICK_OF_THE_STORY, bench.laptop.stick(STICK_OF_THE_STORY));
  await bench.arrival(RULE, ({ subject, kind }) => subject === STICK_OF_THE_STORY && kind === 'event');
  const { items } = await bench.server.ask<{ items: { ref: string; subject: string }[] }>('GET', '/api/v1/breaches');
  const ref = items.find(({ subject }) => subject === STICK_OF_THE_STORY)?.ref ?? 'none';
  const desk = await linkFor(told, OFFICER, ref);
  say(`the officer had the mail ${((Date.now() - at) / 1000).toFixed(2)} s after the stick was plugged in`);
  await pull();

  const officer = await follow(told, OFFICER, desk, look);
  await look(officer.page, 'desk');
  await officer.press('Acknowledge');
  await officer.done('recorded under your name');
  await officer.press('Do this now');
  await officer.page.getByLabel('It is a breach', { exact: true }).check();
  await officer.page.getByLabel('Why').fill('The holder says that a tenant brought it.');
  await look(officer.page, 'triage');
  await officer.press('Record this decision');
  await officer.page.getByRole('link', { name: 'Ask ICT to contain it' }).click();
  await officer.page.getByLabel('What you ask ICT to do').fill('Scan the laptop, and keep the stick.');
  await look(officer.page, 'ask-ict');
  await officer.press('Ask ICT');
  await officer.done('ICT has been asked');
  await look(officer.page, 'asked');

  const ict = await follow(told, ICT, await linkFor(told, ICT, `${ref}: please contain this`), look);
  await ict.page.getByLabel('What was done, and by whom').fill('The laptop was scanned, and the stick is in the safe.');
  await look(ict.page, 'contain');
  await ict.press('Record this');
  await ict.done('It is recorded what was done');
  await ict.leave();

  await officer.page.goto(`${desk}/assess`);
  await assess(officer.page);
  await look(officer.page, 'assess');
  await officer.press('Record this assessment');
  await officer.press('Do this now');
  await officer.page.getByLabel('Do not tell the regulator').check();
  await officer.page.getByLabel('Reasons').fill('No risk to anybody is likely: the stick never left the building.');
  await look(officer.page, 'regulator');
  await officer.press('Record this decision');
  await officer.done('with your reasons');
  await look(officer.page, 'decided');
  await officer.press('Do this now');
  await officer.page.getByLabel('Why you are closing this breach').fill('Nothing is left to do.');
  await officer.press('Go on');
  await look(officer.page, 'close');
  await officer.press('Close this breach');
  await officer.done('You have closed this breach');
  await look(officer.page, 'closed');
  await officer.page.goto(`${desk}/report`);
  await look(officer.page, 'report');
  await officer.leave();

  return mail.received.filter(({ text }) => text.includes(ref)).flatMap(({ to }) => to);
}
