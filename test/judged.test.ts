import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Transport } from '../packages/agent/src/uplink/transport.ts';
import { breachesOf } from './support/arrived.ts';
import { createWorld, type World } from './support/clock.ts';
import { type Council, createCouncil } from './support/council.ts';
import { createLaptop, type Laptop } from './support/laptop.ts';
import { policyYaml, putPolicy } from './support/policy.ts';

/** What only the server can judge, of a device that really calls. */
const ADDRESSES = { GB: '81.2.69.142', FR: '90.0.0.1', DE: '91.0.0.1', home: '192.168.1.20' } as const;
const MINUTE = 60_000;

let world: World;
let council: Council;
let laptop: Laptop;
/** The address that the laptop's calls come from, and what a proxy adds to them. */
let call: { from: string; forwarded?: string };

const transport: Transport = {
  async send({ method, path, headers, body }) {
    const url = new URL(path, 'http://127.0.0.1:8420');
    const forwarded = call.forwarded === undefined ? {} : { 'x-forwarded-for': call.forwarded };
    const response = await council.app().inject({
      method,
      url: url.pathname,
      headers: { ...headers, ...forwarded, host: url.host },
      payload: Buffer.from(body),
      remoteAddress: call.from,
    });
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      body: response.rawPayload,
    };
  },
  close: () => Promise.resolve(),
};

const ABROAD = `  - id: abroad
    clause: "3"
    says: Council devices are used in the United Kingdom.
    check: location
    require: { countries: [GB] }
    severity: high
    mode: report
    duty: ict
    exemptions: [{ kind: overseas, approver: siro, maximum: P30D, maximumInYear: P28D }]
`;
const PROXY = '10.9.9.9';

async function start(extra: string, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  world = createWorld();
  council = await createCouncil(world, { environment });
  call = { from: '127.0.0.1' };
  const { body } = await council.ask<object>('GET', '/api/v1/organisation');
  const records = { dpiaReference: 'DPIA-12', staffToldOn: '2026-10-01', consultationRecord: 'Minutes' };
  await council.ask('PUT', '/api/v1/organisation', { ...body, ...records });
  await putPolicy(council, policyYaml('1', 'observe', extra));
  laptop = await createLaptop({ council, world, assetTag: 'DBC-1', transport });
}
afterEach(async () => {
  laptop.close();
  await council.close();
});

async function callFrom(from: string): Promise<void> {
  call = { from: PROXY, forwarded: from };
  world.pass(MINUTE);
  await laptop.checkIn();
}
const device = () => council.db().selectFrom('devices').selectAll().executeTakeFirstOrThrow();
const abroad = async () => (await breachesOf(council, 'DBC-1')).filter(({ rule }) => rule === 'abroad');
const standing = async () => {
  const { body } = await council.ask<{ items: { rule: string; verdict: string; reason: string | null }[] }>(
    'GET',
    '/api/v1/devices/DBC-1/states',
  );
  return body.items.find(({ rule }) => rule === 'abroad');
};

describe('where a device calls from', () => {
  beforeEach(() => start(ABROAD, { BEADLE_SERVER_TRUSTED_PROXIES: PROXY }));

  it('is a country and since when, and no address anywhere', async () => {
    await callFrom(ADDRESSES.GB);
    const since = world.time;
    await callFrom(ADDRESSES.GB);
    expect(await device()).toMatchObject({ country: 'GB', country_since: since });
    expect(await standing()).toMatchObject({ verdict: 'pass' });
    for (const table of ['devices', 'judged_states', 'states', 'facts', 'breaches', 'audit', 'jobs'] as const)
      expect(JSON.stringify(await council.db().selectFrom(table).selectAll().execute())).not.toContain(ADDRESSES.GB);
  });

  it('is one breach however often the country changes, back and forth or to a third', async () => {
    for (const from of ['GB', 'FR', 'DE', 'GB', 'FR', 'GB', 'DE'] as const) await callFrom(ADDRESSES[from]);
    expect(await abroad()).toHaveLength(1);
    expect(await abroad()).toMatchObject([{ status: 'suspected' }]);
    await callFrom(ADDRESSES.GB);
    expect(await abroad()).toMatchObject([{ status: 'restored' }]);
  });

  it('is not known from an address in no country, which neither opens nor ends anything', async () => {
    await callFrom(ADDRESSES.FR);
    await callFrom(ADDRESSES.home);
    expect(await device()).toMatchObject({ country: null, country_since: null });
    expect(await standing()).toMatchObject({ verdict: 'unknown', reason: 'country-unknown' });
    expect(await abroad()).toMatchObject([{ status: 'suspected' }]);
  });

  it('is excused in a country that somebody is authorised for, while they are, and in no other', async () => {
    await callFrom(ADDRESSES.FR);
    await council.ask('PATCH', '/api/v1/devices/DBC-1', { holder: 'Sam Rivers' });
    const by = async (role: string, name: string, url: string, payload: object) => {
      const { body } = await council.ask<{ token: string }>('POST', '/api/v1/tokens', { role, name });
      const headers = { authorization: `Bearer ${body.token}` };
      return (await council.app().inject({ method: 'POST', url, payload, headers })).json<{ ref: string }>();
    };
    const day = 86_400_000;
    const { ref } = await by('worker', 'Sam Rivers', '/api/v1/authorisations', {
      kind: 'overseas',
      subject: { person: 'Sam Rivers' },
      scope: { countries: ['FR'] },
      purpose: 'A conference.',
      risks: 'It may be looked at.',
      accepted: true,
      validFrom: new Date(world.time).toISOString(),
      validTo: new Date(world.time + day).toISOString(),
    });
    await by('siro', 'Sol Siro', `/api/v1/authorisations/${ref}/approval`, {});
    await callFrom(ADDRESSES.FR);
    expect(await standing()).toMatchObject({ verdict: 'exempt', reason: 'authorised', authorisation: ref });
    expect(await abroad()).toMatchObject([{ status: 'restored' }]);
    await callFrom(ADDRESSES.DE);
    expect(await standing()).toMatchObject({ verdict: 'fail', authorisation: null });
    await callFrom(ADDRESSES.FR);
    expect(await standing()).toMatchObject({ verdict: 'exempt' });
    world.pass(day);
    await council.app().jobs.runDue();
    expect(await standing()).toMatchObject({ verdict: 'fail', authorisation: null });
  });

  it('is forgotten when no rule asks any more', async () => {
    await callFrom(ADDRESSES.FR);
    await putPolicy(council, policyYaml('2', 'observe'));
    await callFrom(ADDRESSES.FR);
    expect(await device()).toMatchObject({ country: null, country_since: null });
    await council.app().jobs.runDue();
    expect(await standing()).toBeUndefined();
    expect(await abroad()).toMatchObject([{ status: 'restored' }]);
  });
});

describe('where a device calls from, with a grace', () => {
  it('is no breach where it comes back before the grace ends', async () => {
    await start(`${ABROAD}    grace: PT1H\n`, { BEADLE_SERVER_TRUSTED_PROXIES: PROXY });
    for (const from of ['GB', 'FR', 'GB', 'DE', 'GB'] as const) await callFrom(ADDRESSES[from]);
    world.pass(120 * MINUTE);
    await council.app().jobs.runDue();
    expect(await abroad()).toEqual([]);
    await callFrom(ADDRESSES.FR);
    world.pass(120 * MINUTE);
    await council.app().jobs.runDue();
    expect(await abroad()).toHaveLength(1);
  });
});

describe('where a device calls from is not looked at', () => {
  it('where no rule asks', async () => {
    await start('', { BEADLE_SERVER_TRUSTED_PROXIES: PROXY });
    await callFrom(ADDRESSES.FR);
    expect(await device()).toMatchObject({ country: null, country_since: null });
  });

  it('where the rule does not cover the device', async () => {
    await start(`${ABROAD}    covers: { kinds: [desktop] }\n`, { BEADLE_SERVER_TRUSTED_PROXIES: PROXY });
    await callFrom(ADDRESSES.FR);
    expect(await device()).toMatchObject({ country: null });
    expect(await standing()).toMatchObject({ verdict: 'not-applicable', reason: 'not-covered' });
  });

  it('in what somebody says of their address who is no trusted proxy', async () => {
    await start(ABROAD);
    await callFrom(ADDRESSES.FR);
    expect(await device()).toMatchObject({ country: null });
    expect(await standing()).toMatchObject({ verdict: 'unknown' });
  });
});

describe('whether a device comes to the office', () => {
  const visits = (mode: string) => `  - id: visits
    clause: "5.23"
    says: Devices come to the office from time to time.
    check: contact
    require: { officeVisitAtMost: P90D }
    severity: low
    mode: ${mode}
`;

  it('is noted only while a rule asks, and forgotten after', async () => {
    await start(visits('off'));
    await laptop.checkIn();
    expect(await device()).toMatchObject({ last_office_at: null, visits_noted_since: null });
    await putPolicy(council, policyYaml('2', 'observe', visits('observe')));
    await laptop.checkIn();
    const since = world.time;
    world.pass(MINUTE);
    await laptop.checkIn();
    expect(await device()).toMatchObject({ visits_noted_since: since });
    await putPolicy(council, policyYaml('3', 'observe', visits('off')));
    await laptop.checkIn();
    expect(await device()).toMatchObject({ last_office_at: null, visits_noted_since: null });
  });
});

describe('a device that calls again', () => {
  it('ends its silence at that very check-in', async () => {
    await start(`  - id: silent
    clause: "5.3"
    says: Users must take due care.
    check: contact
    require: { checkInAtMost: P21D }
    severity: low
    mode: report
    duty: ict
`);
    await laptop.checkIn();
    world.pass(22 * 24 * 60 * MINUTE);
    await council.db().updateTable('uptime').set({ last_beat_at: world.time }).execute();
    await council.app().jobs.runDue();
    const silent = async () => (await breachesOf(council, 'DBC-1')).filter(({ rule }) => rule === 'silent');
    expect(await silent()).toEqual([]);
    await council.db().insertInto('uptime').values({ began_at: 0, last_beat_at: world.time }).execute();
    world.pass(20 * MINUTE);
    await council.app().jobs.runDue();
    expect(await silent()).toMatchObject([{ status: 'suspected' }]);
    await laptop.checkIn();
    expect(await silent()).toMatchObject([{ status: 'restored' }]);
  });
});
