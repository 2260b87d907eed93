import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import type { Role } from '@beadle/shared';
import { folderSender } from '../../src/notify/mail-channel.ts';
import { mailOf } from '../../src/notify/mail.ts';
import { breachNotice, groupedNotice } from '../../src/notify/messages.ts';
import { type NewNotice, queueNotice } from '../../src/notify/queue.ts';
import { dateInWords, momentInWords, timeInWords } from '../../src/notify/words.ts';
import { DEFAULT_SETTINGS, OrganisationSettings } from '../../src/organisation/settings.ts';
import { ORGANISATION, writeOrganisation } from '../../src/organisation/store.ts';
import { Value } from 'typebox/value';
import { startTestServer, type TestServer } from '../app/harness.ts';

const HOUR = 3_600_000;
const ISTL: Role = 'information-security-team-leader';
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close();
});

async function start(environment: Record<string, string> = {}): Promise<TestServer> {
  const server = await startTestServer(environment);
  open.push(server);
  return server;
}

interface Received {
  readonly from: string;
  readonly to: string[];
  readonly text: string;
}

/** A real mail server on loopback; `answer` may refuse. */
async function startMailServer(options: SMTPServerOptions = {}, answer: () => Error | null = () => null) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refusal = answer();
        const { mailFrom, rcptTo } = session.envelope;
        if (refusal === null && mailFrom !== false) {
          received.push({
            from: mailFrom.address,
            to: rcptTo.map(({ address }) => address),
            text: Buffer.concat(chunks).toString(),
          });
        }
        done(refusal);
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  return { received, port: (server.server.address() as AddressInfo).port };
}

const smtp = (port: number) => ({
  BEADLE_SERVER_SMTP_HOST: '127.0.0.1',
  BEADLE_SERVER_SMTP_PORT: String(port),
  BEADLE_SERVER_SMTP_FROM: 'beadle@council.test',
});

const queue = (server: TestServer, notice: Partial<NewNotice> = {}) =>
  server.db.transaction().execute((tx) =>
    queueNotice(
      tx,
      {
        organisation: ORGANISATION,
        role: ISTL,
        title: 'BR-2026-000001',
        body: 'First.\n\nSecond <b>.',
        breaches: [],
        at: server.clock.now(),
        ...notice,
      },
      server.random,
    ),
  );
/** Those that a test has queued: a digest of the day may come with them. */
const notices = ({ db }: TestServer) =>
  db.selectFrom('notices').selectAll().where('type', '=', 'message').orderBy('id').execute();

async function breach({ db, clock }: TestServer, id: string): Promise<void> {
  const at = clock.now();
  await db
    .insertInto('breaches')
    .values({
      organisation: ORGANISATION,
      id,
      ref: id,
      device: null,
      rule: 'r',
      subject: 's',
      kind: 'person',
      clause: '5.9',
      says: 'x',
      remedy: null,
      check_name: 'c',
      duty: 'holder',
      severity: 'high',
      status: 'suspected',
      count: 1,
      first_seen: at,
      last_seen: at,
      opened_at: at,
      policy_version: '1',
      observed: '{}',
      ended_at: null,
      notified_at: null,
      acknowledged_at: null,
      acknowledged_by: null,
      report: null,
      escalations: 0,
    })
    .execute();
}

describe('a notice, where a mail server is set', () => {
  it('is sent to whoever has the role, and says so in its breaches', async () => {
    const mail = await startMailServer();
    const server = await start(smtp(mail.port));
    await breach(server, 'b1');
    const id = await queue(server, { breaches: ['b1'] });
    await server.app.jobs.runDue();
    expect(mail.received).toMatchObject([
      { from: 'beadle@council.test', to: ['information-security-team-leader@localhost'] },
    ]);
    expect(mail.received[0]?.text).toMatch(`Message-ID: <${id}@council.test>`);
    expect(mail.received[0]?.text).toMatch(/^Subject: BR-2026-000001\r$/m);
    expect(mail.received[0]?.text).toMatch(/OFFICIAL[^]*First\.[^]*OFFICIAL/);
    expect(mail.received[0]?.text.replaceAll('=\r\n', '')).toContain('Second &lt;b&gt;.');
    const at = server.clock.now();
    expect(await notices(server)).toMatchObject([{ status: 'sent', sent_at: at, attempts: 1, last_error: null }]);
    expect(await server.db.selectFrom('breaches').select('notified_at').execute()).toEqual([{ notified_at: at }]);
    expect(await server.db.selectFrom('breach_events').selectAll().execute()).toMatchObject([
      {
        breach: 'b1',
        sequence: 1,
        at,
        actor: 'beadle',
        type: 'notified',
        detail: JSON.stringify({ notice: id, role: ISTL }),
      },
    ]);
  });

  it('keeps the moment at which a breach was notified first', async () => {
    const mail = await startMailServer();
    const server = await start(smtp(mail.port));
    await breach(server, 'b1');
    const first = server.clock.now();
    await queue(server, { breaches: ['b1'] });
    await server.app.jobs.runDue();
    server.clock.pass(HOUR);
    await queue(server, { breaches: ['b1'] });
    await server.app.jobs.runDue();
    expect(await server.db.selectFrom('breaches').select('notified_at').execute()).toEqual([{ notified_at: first }]);
    expect(await server.db.selectFrom('breach_events').select('sequence').execute()).toHaveLength(2);
  });

  it('is tried until it arrives, and the address that was mended meanwhile counts', async () => {
    let down = true;
    const mail = await startMailServer({}, () => (down ? new Error('try later') : null));
    const server = await start(smtp(mail.port));
    await server.db.deleteFrom('jobs').where('kind', '=', 'daily-digest').execute();
    await queue(server);
    for (let day = 0; day < 30; day += 1) {
      await server.app.jobs.runDue();
      server.clock.pass(HOUR);
    }
    expect(await notices(server)).toMatchObject([
      { status: 'waiting', attempts: 30, last_error: expect.stringContaining('try later') },
    ]);
    expect((await server.app.inject('/metrics')).body).toMatch(/^beadle_notices_waiting 1$/m);
    down = false;
    const settings = {
      ...DEFAULT_SETTINGS,
      recipients: { [ISTL]: { name: 'N', address: 'new@council.test', deputyAddress: 'deputy@council.test' } },
    };
    await server.db
      .transaction()
      .execute((tx) => writeOrganisation(tx, { id: ORGANISATION, name: 'Council', settings }));
    await server.app.jobs.runDue();
    expect(mail.received).toMatchObject([{ to: ['new@council.test', 'deputy@council.test'] }]);
    expect(await notices(server)).toMatchObject([{ status: 'sent', address: 'new@council.test' }]);
  });

  it('is sent again under the same Message-ID where the record was lost', async () => {
    const mail = await startMailServer();
    const server = await start(smtp(mail.port));
    await queue(server);
    await server.app.jobs.runDue();
    await server.db.updateTable('notices').set({ status: 'waiting' }).execute();
    await server.db.updateTable('jobs').set({ status: 'waiting' }).where('kind', '=', 'notice').execute();
    await server.app.jobs.runDue();
    const ids = mail.received.map(({ text }) => /^Message-ID: (.+)\r$/m.exec(text)?.[1]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('signs in with the password of its file, and not in the clear to another machine', async () => {
    const folder = join(tmpdir(), `beadle-smtp-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    open.push({ close: async () => rmSync(folder, { recursive: true }) });
    writeFileSync(join(folder, 'password'), 's3cret\n', { mode: 0o600 });
    const seen: unknown[] = [];
    const mail = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        seen.push([username, password]);
        done(null, { user: 'beadle' });
      },
    });
    const account = { BEADLE_SERVER_SMTP_USER: 'beadle', BEADLE_SERVER_SMTP_PASSWORD_FILE: join(folder, 'password') };
    const server = await start({ ...smtp(mail.port), ...account });
    await queue(server);
    await server.app.jobs.runDue();
    expect(seen).toEqual([['beadle', 's3cret']]);
    expect(mail.received).toHaveLength(1);
    expect(JSON.stringify(server.logged)).not.toContain('s3cret');
  });
});

describe('a notice, where no mail server is set', () => {
  it('is a file that every mail program opens, once', async () => {
    const server = await start();
    const id = await queue(server);
    await server.app.jobs.runDue();
    const name = `2026-06-04-${id}.eml`;
    expect(readdirSync(server.settings.mailFolder)).toEqual([name]);
    const text = readFileSync(join(server.settings.mailFolder, name), 'utf8');
    expect(text).toMatch(/^Date: Thu, 04 Jun 2026 08:32:00 \+0000\r$/m);
    await server.db.updateTable('notices').set({ status: 'waiting' }).execute();
    await server.db.updateTable('jobs').set({ status: 'waiting' }).where('kind', '=', 'notice').execute();
    await server.app.jobs.runDue();
    expect(readdirSync(server.settings.mailFolder)).toEqual([name]);
  });

  it('waits where the file cannot be written', async () => {
    const server = await start();
    mkdirSync(dirname(server.settings.mailFolder), { recursive: true });
    writeFileSync(server.settings.mailFolder, 'in the way');
    await queue(server);
    await server.app.jobs.runDue();
    expect(await notices(server)).toMatchObject([{ status: 'waiting', attempts: 1 }]);
    rmSync(server.settings.mailFolder);
    server.clock.pass(HOUR);
    await server.app.jobs.runDue();
    expect(await notices(server)).toMatchObject([{ status: 'sent' }]);
  });
});

describe('a mail', () => {
  const source = {
    id: 'n1',
    title: 't',
    body: 'b',
    createdAt: 0,
    recipient: { name: 'N', address: 'n@council.test' },
    council: 'C',
    settings: { marking: 'OFFICIAL', contact: 'the helpdesk' },
    from: 'beadle@council.test',
  };

  it('has no header and no recipient that a text has smuggled in', async () => {
    const folder = join(tmpdir(), `beadle-mail-${process.pid}`);
    open.push({ close: async () => rmSync(folder, { recursive: true, force: true }) });
    const send = folderSender(folder);
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom('\r', '\n', '\u2028', '\0', ':', ' ', '<', '>', 'Bcc: x@y.test'),
        fc.string({ unit: 'grapheme', maxLength: 3 }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(hostile, hostile, hostile, async (title, name, council) => {
        const mail = mailOf({ ...source, title: `t${title}`, recipient: { name, address: 'n@council.test' }, council });
        await send({ mail, fileName: 'a.eml', signal: AbortSignal.timeout(1000) });
        const [head = ''] = readFileSync(join(folder, 'a.eml'), 'utf8').split('\r\n\r\n');
        const names = head
          .split('\r\n')
          .filter((line) => !/^[ \t]/.test(line))
          .map((line) => line.split(':')[0]);
        expect(names).toEqual([
          'Auto-Submitted',
          'From',
          'To',
          'Subject',
          'Message-ID',
          'Date',
          'MIME-Version',
          'Content-Type',
        ]);
        const to = /^To: .*$/m.exec(head.replaceAll(/\r\n[ \t]/g, ' '))?.[0];
        expect(to).toMatch(/ <?n@council\.test>?$/);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    'a@b.test\r\nBcc: c@d.test',
    'a@b.test, c@d.test',
    'A <a@b.test>',
    'a b@c.test',
    'a@b@c.test',
    '@b.test',
    'a@',
  ])('goes to no address such as %j', (address) => {
    const settings = { ...DEFAULT_SETTINGS, recipients: { [ISTL]: { name: 'N', address } } };
    expect(Value.Check(OrganisationSettings, settings)).toBe(false);
  });
});

describe('the words of a notice', () => {
  const context = { origin: 'https://beadle.test', policyTitle: 'Remote and Home Working Policy' };
  const example = {
    ref: 'BR-2026-000001',
    clause: '5.9',
    says: 'Laptops must be encrypted and routinely checked.',
    assetTag: 'DBC-04127',
    severity: 'critical',
    firstSeen: Date.parse('2026-06-04T08:32:00Z'),
    remedy: 'Connect the laptop to the council network and restart it.',
    cluster: null,
  };

  it('say what appears to be, by which section, and where to look', () => {
    const { title, body } = breachNotice(example, context);
    expect(title).toBe('BR-2026-000001: apparent breach of section 5.9 on DBC-04127');
    expect(body).toContain('Device DBC-04127 appears to breach the Remote and Home Working Policy.');
    expect(body).toContain('First seen: 4 June 2026 at 9:32am');
    expect(body).toContain('https://beadle.test/breaches/BR-2026-000001');
    expect(body).not.toMatch(/please|sorry|invalid|forbidden|illegal|oops|guilty|fault/i);
  });

  it('speak of what a person has reported without a device', () => {
    expect(breachNotice({ ...example, assetTag: null, remedy: null }, context).body).toMatch(
      /^Somebody has reported what appears to be a breach/,
    );
  });

  it('put what is ICT\u2019s into one message, and count what does not fit', () => {
    const many = Array.from({ length: 45 }, (_, index) => ({ ...example, ref: `BR-${index}` }));
    const { title, body } = groupedNotice(many, context);
    expect(title).toBe('45 device problems for ICT to put right');
    expect(body).toContain('And 5 more.');
    expect(body.match(/\/breaches\/BR-/g)).toHaveLength(40);
  });

  it('tell of what is one item once, with its devices', () => {
    const many = Array.from({ length: 12 }, (_, index) => ({
      ...example,
      ref: `BR-2026-00000${index}`,
      assetTag: `DBC-${index}`,
      cluster: index === 5 ? null : 'CL-2026-000001',
    }));
    const { title, body } = groupedNotice(many, context);
    expect(title).toBe('12 device problems for ICT to put right (2 causes)');
    expect(body).toContain('CL-2026-000001: 11 problems of section 5.9 on DBC-0, DBC-1');
    expect(body).toContain('DBC-10 and 1 more, critical');
    expect(body).toContain('/clusters/CL-2026-000001');
    expect(body.match(/\/breaches\/BR-/g)).toHaveLength(1);
  });

  it.each([
    ['2026-06-04T08:32:00Z', '4 June 2026', '9:32am'],
    ['2026-12-01T12:00:00Z', '1 December 2026', 'midday'],
    ['2026-12-01T00:00:00Z', '1 December 2026', 'midnight'],
    ['2026-06-30T23:30:00Z', '1 July 2026', '12:30am'],
    ['2026-12-01T17:00:00Z', '1 December 2026', '5pm'],
  ])('tell %s as people do', (time, date, clock) => {
    const at = Date.parse(time);
    expect([dateInWords(at), timeInWords(at), momentInWords(at)]).toEqual([date, clock, `${date} at ${clock}`]);
  });
});
