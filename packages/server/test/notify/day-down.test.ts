import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  breach,
  HOUR,
  httpReceiver,
  mailReceiver,
  notices,
  type Opened,
  opened,
  queue,
  serverWith,
  syslogReceiver,
} from './receivers.ts';

let parts: Opened;
beforeEach(() => {
  parts = opened();
  parts.write('secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`);
});
afterEach(() => parts.closeAll());

it('with every far end down for a day nothing is lost, and nothing is sent twice', async () => {
  const mail = await mailReceiver(parts);
  const hook = await httpReceiver(parts, (_received, response) => response.destroy());
  const siem = await syslogReceiver(parts);
  mail.down = true;
  siem.down = true;
  const settings = [
    `webhooks: [{ name: a, url: '${hook.url}', secretFile: secret, events: [breach.opened] }]`,
    `siem: [{ name: soc, host: 127.0.0.1, port: ${siem.port}, transport: tcp }]`,
  ].join('\n');
  const server = await serverWith(parts, settings, mail.environment);
  const refs: string[] = [];
  for (let hour = 0; hour < 24; hour += 1) {
    if (hour % 6 === 0) {
      const ref = `BR-${String(hour).padStart(2, '0')}`;
      refs.push(ref);
      const event = { type: 'breach.opened', reference: ref, path: `/breaches/${ref}` } as const;
      await queue(server, { title: ref, breaches: [await breach(server, ref)], event });
    }
    await server.app.jobs.runDue();
    server.clock.pass(HOUR);
  }
  expect(mail.received).toEqual([]);
  mail.down = false;
  siem.down = false;
  hook.received.length = 0;
  hook.answer = (_received, response) => response.end();
  for (let hour = 0; hour < 3; hour += 1) {
    await server.app.jobs.runDue();
    server.clock.pass(HOUR);
  }
  const subjects = mail.received.flatMap(({ text }) => /^Subject: (BR-\d+)\r$/m.exec(text)?.[1] ?? []);
  const told = hook.received.map(({ body }) => String(JSON.parse(body).reference));
  const found = siem.received.map((message) => /externalId=(\S+)/.exec(message)?.[1] ?? '');
  expect([subjects, told, found].map((all) => all.toSorted((a, b) => a.localeCompare(b)))).toEqual([refs, refs, refs]);
  const rows = (await notices(server)).filter(({ type }) => type === 'breach.opened');
  expect(rows).toHaveLength(12);
  expect(rows.every(({ status, last_error }) => status === 'sent' && last_error === null)).toBe(true);
});
