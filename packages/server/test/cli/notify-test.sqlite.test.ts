import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runServerCommand } from '../support/command.ts';
import { httpReceiver, type Opened, opened, syslogReceiver } from '../notify/receivers.ts';

let parts: Opened;
beforeEach(() => {
  parts = opened();
  parts.write('secret', `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`);
});
afterEach(() => parts.closeAll());

const run = (...args: string[]) => runServerCommand(args, { workingFolder: parts.folder });

it('sends one test message through each channel, and says which did not take it', async () => {
  const [hook, siem] = [await httpReceiver(parts), await syslogReceiver(parts)];
  parts.write(
    'beadle-server.yaml',
    [
      'database: data',
      `webhooks: [{ name: a, url: '${hook.url}', secretFile: secret, events: [digest.daily] }]`,
      `siem: [{ name: soc, host: 127.0.0.1, port: ${siem.port}, transport: tcp }]`,
    ].join('\n'),
  );
  expect(await run('notify', 'test')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('There is no database'),
  });
  await run('migrate');
  const all = await run('notify', 'test');
  expect(all).toMatchObject({ exitCode: 0, err: '' });
  expect(all.out.split('\n')).toEqual([
    `mail: sent to ${join(parts.folder, 'data/mail')}`,
    `webhook:a: sent to ${new URL(hook.url).host} (200)`,
    `siem:soc: sent to 127.0.0.1:${siem.port} (read to the end)`,
    '',
  ]);
  expect(readdirSync(join(parts.folder, 'data/mail'))).toHaveLength(1);
  expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ type: 'test', title: 'A test message of Beadle' });
  expect(siem.received[0]).toContain('|test|Test message|0|');
  hook.answer = (_received, response) => response.destroy();
  const one = await run('notify', 'test');
  expect(one.exitCode).toBe(1);
  expect(one.out).toContain(`webhook:a: not sent: ${new URL(hook.url).host} ended the connection.`);
});
