import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TryLater } from '../../src/jobs/back-off.ts';
import { signatureHeaders } from '../../src/notify/webhook.ts';
import { type Connector, NeedsPerson, type Subject } from '../../src/withdrawals/connector.ts';
import { webhookConnector } from '../../src/withdrawals/connectors/webhook.ts';
import { callbackOutcome, readCallbackToken } from '../../src/withdrawals/connectors/webhook/callback.ts';
import { seededRandom } from '../app/harness.ts';
import { type HttpReceived, httpReceiver, type Opened, opened } from '../notify/receivers.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const KEY = Buffer.alloc(32, 9);
const NOW = Date.parse('2026-06-04T08:32:00Z');
const SUBJECT: Subject = { organisation: 'o', person: 'p', account: 'pat.rivers', email: null };
const FACILITY = 'business-systems';
const signal = new AbortController().signal;

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../../docs/connectors.md'), 'utf8');
const fences = (language: string) =>
  [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
const [REQUEST = '', FOUND = '', PROOF = '', RESTORED = '', CALLBACK = ''] = fences('json');

let parts: Opened;
beforeEach(() => {
  parts = opened();
  parts.write('secret', `${SECRET}\n`);
});
afterEach(() => parts.closeAll());

function connectorTo(url: string, { now = () => NOW, secretFile = join(parts.folder, 'secret') } = {}): Connector {
  const { host: destination } = new URL(url);
  const facilities = [FACILITY] as const;
  const settings = {
    name: 'housing',
    enabled: true,
    destination,
    readUrl: () => url,
    secretFile,
    facilities,
    proxy: null,
  };
  const callback = { origin: 'https://beadle.test', key: KEY };
  return webhookConnector(settings, { now, random: seededRandom('webhook'), callback });
}

/** A far system that gives the same answer to everything. */
async function answering(status: number, text: string, headers: Record<string, string> = {}) {
  const receiver = await httpReceiver(parts, (_received, response) => {
    response.writeHead(status, headers);
    response.end(text);
  });
  return { receiver, connector: connectorTo(receiver.url) };
}
const bodyOf = (received: HttpReceived | undefined) => JSON.parse(received?.body ?? '{}');

describe('the documents', () => {
  it('show a request as it is sent, and answers that are taken', async () => {
    const { receiver, connector } = await answering(200, FOUND);
    const example = JSON.parse(REQUEST);
    const { organisation, subject } = example;
    const found = await connector.find({ organisation, ...subject }, FACILITY, signal);
    expect(found).toEqual({
      ...JSON.parse(FOUND),
      before: { id: expect.any(String), far: JSON.parse(FOUND).before },
    });
    await connector.withdraw({ organisation, ...subject }, FACILITY, found.before, signal);
    const { id, callback, ...sent } = bodyOf(receiver.received[1]);
    expect({ ...sent, id: example.id, callback: example.callback }).toEqual(example);
    expect([id, callback]).toEqual([
      found.before['id'],
      expect.stringMatching(/^https:\/\/beadle\.test\/api\/v1\/withdrawals\/callbacks\/[\w-]{63}$/),
    ]);
    receiver.answer = (_received, response) => response.end(PROOF);
    expect(await connector.prove(SUBJECT, FACILITY, found.before, 'withdrawn', signal)).toEqual({
      readings: [{ where: 'housing.council.gov.uk', at: NOW, found: 'pat.rivers is closed', holds: true }],
    });
    receiver.answer = (_received, response) => response.end(RESTORED);
    expect(await connector.restore(SUBJECT, FACILITY, found.before, signal)).toEqual(JSON.parse(RESTORED));
  });

  it('have a receiver that works', async () => {
    process.env['HOUSING_SECRET'] = SECRET;
    process.env['PORT'] = '0';
    const path = parts.write('receiver.mjs', fences('js')[0] ?? '');
    const { server, housing } = await import(pathToFileURL(path).href);
    if (!server.listening) await once(server, 'listening');
    parts.open.push({ close: async () => server.close() });
    const connector = connectorTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      now: () => Date.now(),
    });
    expect(await connector.test(signal)).toMatchObject([{ ok: true }]);
    const { before, changes } = await connector.find(SUBJECT, FACILITY, signal);
    expect(changes).toEqual(['Close pat.rivers in the housing system']);
    await connector.withdraw(SUBJECT, FACILITY, before, signal);
    expect(housing.get('pat.rivers')).toEqual({ open: false });
    expect(await connector.prove(SUBJECT, FACILITY, before, 'withdrawn', signal)).toMatchObject({
      readings: [{ holds: true }],
    });
    expect(await connector.prove(SUBJECT, FACILITY, before, 'restored', signal)).toMatchObject({
      readings: [{ holds: false }],
    });
    expect(await connector.restore(SUBJECT, FACILITY, before, signal)).toEqual({ left: [] });
    expect(housing.get('pat.rivers')).toEqual({ open: true });
    const nobody = connector.find({ ...SUBJECT, account: 'nobody' }, FACILITY, signal);
    await expect(nobody).rejects.toThrow(/answered 404\. It said: .*no such user/);
    parts.write('secret', `whsec_${Buffer.alloc(32, 8).toString('base64')}\n`);
    expect(await connector.test(signal)).toMatchObject([
      { ok: false, detail: expect.stringContaining('answered 401') },
    ]);
  });
});

describe('a request', () => {
  it('has the same key whenever the same is asked for, another for each reading, and a signature by each secret', async () => {
    const { receiver, connector } = await answering(200, FOUND);
    const one = await connector.find(SUBJECT, FACILITY, signal);
    const two = await connector.find(SUBJECT, FACILITY, signal);
    parts.write('secret', `${SECRET}\nwhsec_${Buffer.alloc(32, 8).toString('base64')}\n`);
    for (const { before } of [one, one, two]) await connector.withdraw(SUBJECT, FACILITY, before, signal);
    receiver.answer = (_received, response) => response.end(PROOF);
    for (const { before } of [one, one]) await connector.prove(SUBJECT, FACILITY, before, 'withdrawn', signal);
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys[2]).toBe(`${String(one.before['id'])}.withdraw`);
    expect(keys[3]).toBe(keys[2]);
    expect(new Set(keys).size).toBe(6);
    const { body = '', headers } = receiver.received[2] ?? {};
    expect(headers).toMatchObject(
      signatureHeaders([SECRET, `whsec_${Buffer.alloc(32, 8).toString('base64')}`], {
        id: keys[2] as string,
        now: NOW,
        body,
      }),
    );
  });

  it.each([400, 401, 403, 404, 409, 410, 422])(
    'that is answered with %i needs a person, who is told the words',
    async (status) => {
      const { connector } = await answering(status, 'The user is locked\u0007by payroll');
      const failed = connector.find(SUBJECT, FACILITY, signal);
      await expect(failed).rejects.toBeInstanceOf(NeedsPerson);
      await expect(failed).rejects.toThrow(`answered ${status}. It said: The user is locked by payroll`);
    },
  );

  it.each([302, 408, 425, 429, 500, 503])('that is answered with %i is tried again', async (status) => {
    const { connector } = await answering(status, '', { 'retry-after': '30', location: 'http://127.0.0.1:1/' });
    const failed = connector.restore(SUBJECT, FACILITY, { id: 'x', far: {} }, signal);
    await expect(failed).rejects.toMatchObject({ name: TryLater.name, afterMs: 30_000 });
  });

  it.each([
    ['not JSON', '<html>Sign in</html>'],
    ['nothing', ''],
    ['no readings', '{"readings":[]}'],
    ['another key', PROOF.replace('"holds"', '"proven": true, "holds"')],
    ['a time without a zone', PROOF.replace('08:32:00Z', '08:32:00')],
    ['a day that there is not', PROOF.replace('06-04', '06-31')],
    ['a reading from before the question', PROOF.replace('08:32:00Z', '08:26:00Z')],
    ['a reading from the future', PROOF.replace('08:32:00Z', '08:38:00Z')],
  ])('whose answer is %s proves nothing, and is tried again', async (_what, text) => {
    const { connector } = await answering(200, text);
    const failed = connector.prove(SUBJECT, FACILITY, { id: 'x', far: {} }, 'withdrawn', signal);
    await expect(failed).rejects.toThrow('is not understood');
    await expect(failed).rejects.not.toBeInstanceOf(NeedsPerson);
  });

  it('that is taken and not answered yet is waited for', async () => {
    const { connector } = await answering(202, '');
    const id = '019e9d2a-b200-7cb8-9a37-3d8d0f7a5b11';
    const kept = { id, far: {} };
    await connector.withdraw(SUBJECT, FACILITY, kept, signal);
    expect(await connector.prove(SUBJECT, FACILITY, kept, 'withdrawn', signal)).toEqual({ readings: [] });
    await expect(connector.restore(SUBJECT, FACILITY, kept, signal)).rejects.toMatchObject({ afterMs: 60_000 });
    await expect(connector.find(SUBJECT, FACILITY, signal)).rejects.toBeInstanceOf(TryLater);
  });

  it('is not sent without a secret, and no secret is told', async () => {
    const { receiver } = await answering(200, FOUND);
    const failed = connectorTo(receiver.url, { secretFile: '/nowhere/secret' }).find(SUBJECT, FACILITY, signal);
    await expect(failed).rejects.toBeInstanceOf(NeedsPerson);
    parts.write('secret', 'not-a-secret-of-the-right-form');
    const odd = connectorTo(receiver.url).find(SUBJECT, FACILITY, signal);
    await expect(odd).rejects.toThrow(
      /secret of the webhook housing cannot be read, or is none: look at its secretFile\.$/,
    );
    expect(receiver.received).toEqual([]);
  });

  it('to who does not answer is tried again, and keeps no more than is allowed', async () => {
    const { receiver, connector } = await answering(
      200,
      JSON.stringify({ before: { a: 'x'.repeat(20_000) }, changes: [] }),
    );
    await expect(connector.find(SUBJECT, FACILITY, signal)).rejects.toThrow('longer than 16384');
    receiver.answer = (_received, response) => response.destroy();
    const failed = connector.withdraw(SUBJECT, FACILITY, { id: 'x', far: {} }, signal);
    await expect(failed).rejects.toThrow('ended the connection');
    await expect(failed).rejects.not.toBeInstanceOf(NeedsPerson);
    await expect(connector.withdraw(SUBJECT, FACILITY, { far: {} }, signal)).rejects.toBeInstanceOf(NeedsPerson);
  });
});

describe('a callback', () => {
  async function given(action: 'withdraw' | 'restore' = 'restore') {
    const { receiver, connector } = await answering(202, '');
    const { id } = JSON.parse(CALLBACK);
    await connector[action](SUBJECT, FACILITY, { id, far: {} }, signal).catch(() => undefined);
    return String(bodyOf(receiver.received[0]).callback).replace(/^.*\//, '');
  }
  const answer = (
    token: string,
    more: { body?: string; now?: number; used?: boolean; secret?: string; at?: number } = {},
  ) => {
    const { body = CALLBACK, now = NOW, used = false, secret = SECRET, at = now } = more;
    const read = readCallbackToken(KEY, token) ?? expect.fail('the token is not one of ours');
    const headers = signatureHeaders([secret], { id: 'far-1', now: at, body });
    return callbackOutcome({
      token: read,
      used,
      secrets: ['whsec_' + Buffer.alloc(32, 1).toString('base64'), SECRET],
      headers,
      body,
      now,
    });
  };

  it('as the documents show it gives the proof, and what is left', async () => {
    expect(answer(await given())).toEqual({
      kind: 'answer',
      expected: 'restored',
      proof: { readings: [{ where: 'housing.council.gov.uk', at: NOW, found: 'pat.rivers is open', holds: true }] },
      left: [],
    });
    expect(answer(await given('withdraw'), { body: CALLBACK.replace(/,\s+"left": \[\]/, '') })).toMatchObject({
      expected: 'withdrawn',
      left: null,
    });
  });

  it('counts once, from its own step, in its time, and signed', async () => {
    const token = await given();
    const day = 86_400_000;
    expect(answer(token, { used: true })).toMatchObject({ why: 'used' });
    expect(answer(token, { now: NOW + 91 * day })).toMatchObject({ why: 'too-late' });
    expect(answer(token, { secret: `whsec_${Buffer.alloc(32, 2).toString('base64')}` })).toMatchObject({
      why: 'signature',
    });
    expect(answer(token, { at: NOW - 301_000 })).toMatchObject({ why: 'signature' });
    expect(answer(token, { body: CALLBACK.replace('019e', '019f') })).toMatchObject({ why: 'form' });
    expect(answer(token, { body: '{}' })).toMatchObject({ why: 'form' });
    expect(answer(token, { body: CALLBACK.replace('08:32:00Z', '08:20:00Z') })).toMatchObject({ why: 'form' });
  });

  it('whose token was changed in any place is none', async () => {
    const token = await given();
    expect(readCallbackToken(KEY, token)).toMatchObject({ id: JSON.parse(CALLBACK).id, issued: NOW });
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'A' ? 'B' : 'A';
      expect(readCallbackToken(KEY, `${token.slice(0, at)}${other}${token.slice(at + 1)}`)).toBeUndefined();
    }
    expect(readCallbackToken(Buffer.alloc(32, 1), token)).toBeUndefined();
    for (const odd of ['', 'x', `${token}A`, token.slice(1)]) expect(readCallbackToken(KEY, odd)).toBeUndefined();
  });

  it('without its headers is refused', async () => {
    const token = { id: JSON.parse(CALLBACK).id, expected: 'restored', issued: NOW, hash: '' } as const;
    const base = { token, used: false, secrets: [SECRET], body: CALLBACK, now: NOW };
    const good = signatureHeaders([SECRET], { id: 'a', now: NOW, body: CALLBACK });
    for (const name of Object.keys(good))
      expect(callbackOutcome({ ...base, headers: { ...good, [name]: undefined } })).toMatchObject({ why: 'signature' });
  });
});
