import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeCertificates, whyNoCertificates } from '../../../../test/support/certificates.ts';
import { cefOf } from '../../src/notify/cef.ts';
import type { SiemFinding } from '../../src/notify/finding.ts';
import { ocsfOf } from '../../src/notify/ocsf.ts';
import { frame, syslogMessage } from '../../src/notify/syslog.ts';
import {
  breach,
  HOUR,
  notices,
  type Opened,
  opened,
  queue,
  serverWith,
  syslogReceiver,
  unframed,
} from './receivers.ts';

let parts: Opened;
beforeEach(() => {
  parts = opened();
});
afterEach(() => parts.closeAll());

/** A reader of CEF as its specification has it, independent of what writes it. */
function readCef(line: string): { header: string[]; extension: Map<string, string> } {
  const header: string[] = [];
  let [field, at] = ['', 0];
  for (; header.length < 7 && at < line.length; at += 1) {
    if (line[at] === '\\') field += line[(at += 1)];
    else if (line[at] === '|') {
      header.push(field);
      field = '';
    } else field += line[at];
  }
  const extension = new Map<string, string>();
  const rest = line.slice(at);
  // A key stands at the beginning or behind a space, and before a `=` that nothing escapes.
  const keys = [...rest.matchAll(/(?:^| )([A-Za-z0-9_]+)(?<!\\)=/g)];
  for (const [index, key] of keys.entries()) {
    const value = rest.slice(key.index + key[0].length, keys[index + 1]?.index ?? rest.length);
    const plain = value.replaceAll(/\\(.)/g, (_, character: string) => ({ n: '\n', r: '\r' })[character] ?? character);
    extension.set(key[1] ?? '', plain);
  }
  return { header, extension };
}

const readSyslog = (message: string) =>
  /^<(?<priority>\d{1,3})>1 (?<time>\S+) (?<host>\S+) beadle - (?<id>\S+) - (?<content>[^]*)$/.exec(message)?.groups;

const finding: SiemFinding = {
  ref: 'BR-2026-000001',
  clause: '5.9',
  rule: 'encryption',
  says: 'Laptops must be encrypted.',
  severity: 'critical',
  assetTag: 'DBC-04127',
  count: 2,
  firstSeen: Date.parse('2026-06-04T08:00:00Z'),
  openedAt: Date.parse('2026-06-04T08:32:00Z'),
  policyVersion: '2026.1',
  uid: 'n1-BR-2026-000001',
  type: 'breach.opened',
  url: 'https://beadle.test/breaches/BR-2026-000001',
  organisation: 'Dacorum Borough Council',
  isTest: false,
};

const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      '|',
      '\\',
      '=',
      ' ',
      '\n',
      '\r',
      '\0',
      '\u0085',
      '\u2028',
      '"',
      'msg=',
      ' act=',
      '<13>1 ',
      'CEF:0|',
      '\ud800',
    ),
    fc.string({ unit: 'binary', maxLength: 2 }),
  ),
  maxLength: 60,
});
const hostileFinding = fc
  .record({
    clause: hostile,
    rule: hostile,
    says: hostile,
    assetTag: hostile,
    policyVersion: hostile,
    organisation: hostile,
    ref: hostile,
    type: hostile,
  })
  .map((fields): SiemFinding => ({ ...finding, ...fields }));

const EXPECTED_KEYS = [
  'rt',
  'start',
  'externalId',
  'cat',
  'cnt',
  'dvchost',
  'cs1Label',
  'cs1',
  'cs2Label',
  'cs2',
  'cs3Label',
  'cs3',
  'cs4Label',
  'cs4',
  'request',
  'msg',
];

describe('CEF', () => {
  it('says what a SIEM asks for, and names the device by its tag', () => {
    const { header, extension } = readCef(cefOf(finding));
    expect(header).toEqual([
      'CEF:0',
      'Beadle',
      'Beadle server',
      '1',
      'encryption',
      'Apparent breach of section 5.9',
      '10',
    ]);
    expect([...extension.keys()]).toEqual(EXPECTED_KEYS);
    expect(Object.fromEntries(extension)).toMatchObject({
      dvchost: 'DBC-04127',
      externalId: 'BR-2026-000001',
      cnt: '2',
    });
  });

  it('gives every field back, whatever is in it, and no field that was smuggled in', () => {
    fc.assert(
      fc.property(hostileFinding, (one) => {
        const line = cefOf(one);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        const { header, extension } = readCef(line);
        expect(header).toHaveLength(7);
        expect(header[6]).toBe('10');
        expect(EXPECTED_KEYS).toEqual(expect.arrayContaining([...extension.keys()]));
        const same = (text: string) => text.replaceAll(/[^\P{Cc}\r\n]|[\p{Zl}\p{Zp}]/gu, ' ').toWellFormed();
        for (const [key, text] of [
          ['msg', one.says],
          ['cs1', one.clause],
          ['dvchost', one.assetTag ?? ''],
        ] as const)
          expect(extension.get(key) ?? '').toBe(same(text));
      }),
    );
  });
});

describe('OCSF', () => {
  it('is a Compliance Finding of 1.3.0 with everything that its class requires', () => {
    expect(JSON.parse(ocsfOf(finding))).toMatchObject({
      activity_id: 1,
      category_uid: 2,
      class_uid: 2003,
      type_uid: 200_301,
      severity_id: 5,
      time: finding.openedAt,
      metadata: { version: '1.3.0', product: { name: 'Beadle', vendor_name: 'Beadle' } },
      finding_info: { uid: 'BR-2026-000001', title: 'Apparent breach of section 5.9' },
      compliance: { standards: ['Remote-working policy, version 2026.1'], status_id: 3 },
      resources: [{ uid: 'DBC-04127' }],
    });
  });

  it('gives every field back from one line of printable ASCII', () => {
    fc.assert(
      fc.property(hostileFinding, (one) => {
        const line = ocsfOf(one);
        expect(line).toMatch(/^[\x20-\x7e]+$/);
        const read = JSON.parse(line);
        expect([read.message, read.resources[0].uid, read.finding_info.uid]).toEqual([one.says, one.assetTag, one.ref]);
      }),
    );
  });
});

describe('syslog', () => {
  it('is told apart by the counts alone, and its header cannot be broken', () => {
    fc.assert(
      fc.property(fc.array(hostileFinding, { maxLength: 4 }), (all) => {
        const sent = all.map((one) => syslogMessage(one, cefOf(one)));
        const received = unframed(Buffer.from(sent.map(frame).join('')));
        expect(received).toEqual(sent);
        for (const [index, message] of received.entries()) {
          const read = readSyslog(message);
          expect(read).toMatchObject({ priority: '106', time: '2026-06-04T08:32:00.000Z', host: 'beadle.test' });
          expect(read?.content).toBe(cefOf(all[index] ?? finding));
        }
      }),
    );
  });
});

const siem = (port: number, more: string) =>
  `origin: https://beadle.test\nsiem:\n  - { name: soc, host: 127.0.0.1, port: ${port}${more} }\n`;

describe.skipIf(whyNoCertificates() !== undefined)('a SIEM over TLS', () => {
  it('gets a finding for each breach of a message, once', async () => {
    const { authority, cert, key } = makeCertificates(parts.folder, 'soc');
    const receiver = await syslogReceiver(parts, { cert, key });
    const server = await serverWith(parts, siem(receiver.port, `, caFile: ${authority}, format: ocsf`));
    const ids = [await breach(server, 'BR-1', { severity: 'low' }), await breach(server, 'BR-2', { duty: 'ict' })];
    await queue(server, { breaches: ids, event: { type: 'breaches.gathered', path: '/breaches?duty=ict' } });
    await queue(server, { event: { type: 'digest.daily', path: '/' } });
    await server.app.jobs.runDue();
    const read = receiver.received.map((message) => JSON.parse(readSyslog(message)?.content ?? ''));
    expect(read.map(({ finding_info: { uid, src_url } }) => [uid, src_url])).toEqual([
      ['BR-1', 'https://beadle.test/breaches/BR-1'],
      ['BR-2', 'https://beadle.test/breaches/BR-2'],
    ]);
    expect(receiver.received[0]).toMatch(
      /^<109>1 2026-06-04T08:32:00\.000Z beadle\.test beadle - breaches\.gathered - \{/,
    );
    const delivery = (await notices(server)).find(({ channel }) => channel === 'siem:soc');
    expect(delivery).toMatchObject({
      status: 'sent',
      receipt: 'read to the end',
      address: `127.0.0.1:${receiver.port}`,
    });
  });

  it('is told nothing where its certificate is of an authority that nobody knows', async () => {
    const { cert, key } = makeCertificates(parts.folder, 'soc');
    const receiver = await syslogReceiver(parts, { cert, key });
    const server = await serverWith(parts, siem(receiver.port, ''));
    await queue(server, { breaches: [await breach(server, 'BR-1')] });
    await server.app.jobs.runDue();
    expect(receiver.received).toEqual([]);
    const delivery = (await notices(server)).find(({ channel }) => channel === 'siem:soc');
    expect(delivery).toMatchObject({
      status: 'waiting',
      last_error: expect.stringMatching(/certificate of 127.* cannot be trusted/),
    });
  });
});

describe('a SIEM over TCP', () => {
  it('that is away is told when it is back', async () => {
    const receiver = await syslogReceiver(parts);
    receiver.down = true;
    const server = await serverWith(parts, siem(receiver.port, ', transport: tcp'));
    await queue(server, { breaches: [await breach(server, 'BR-1')] });
    for (let hour = 0; hour < 5; hour += 1) {
      await server.app.jobs.runDue();
      server.clock.pass(HOUR);
    }
    const delivery = () => notices(server).then((all) => all.find(({ channel }) => channel === 'siem:soc'));
    expect(await delivery()).toMatchObject({
      status: 'waiting',
      attempts: 5,
      last_error: expect.stringContaining('ended the connection'),
    });
    receiver.down = false;
    await server.app.jobs.runDue();
    expect(receiver.received).toHaveLength(1);
    expect(readCef(readSyslog(receiver.received[0] ?? '')?.content ?? '').extension.get('externalId')).toBe('BR-1');
    expect(await delivery()).toMatchObject({ status: 'sent' });
  });
});
