import type { CallerRole } from '../../packages/server/src/access.ts';
import { enrolmentShot, newKey } from './device.ts';
import type { Server } from './server.ts';
import type { Council } from './shot.ts';

type Answered = Readonly<Record<string, string>>;
export type Ask = (method: string, url: string, payload?: unknown, type?: string) => Promise<Answered>;

/** What stands in addresses, by the section of the address and the name of the part: `authorisations.ref`. */
export type Places = Readonly<Record<string, readonly string[]>>;

interface Filling {
  /** Asks with a token of a role. */
  readonly as: (role: CallerRole) => Ask;
  readonly canary: string;
  readonly name: Council;
  readonly server: Pick<Server, 'clock' | 'fire'>;
  /** A device of this council. */
  readonly assetTag: string;
  /** One whose key its owner has. */
  readonly owned: string;
}

const DAY = 86_400_000;
const csv = 'text/csv';

/** People, groups, a role that somebody has, sticks and printers. */
async function fillRegisters({ as, canary, name }: Filling): Promise<Places> {
  const ask = as('administrator');
  const [sam, kim] = [`sam-${name}`, `kim-${name}`];
  const people = [
    'account,name,email,population,line_manager,groups',
    `${sam},Sam ${canary},${sam}@example.org,employee,${kim},${canary}`,
    `${kim},Kim ${canary},${kim}@example.org,councillor,,`,
  ];
  await ask('POST', '/api/v1/people/import', people.join('\n'), csv);
  const role = await ask('POST', '/api/v1/roles', { role: 'line-manager', account: kim, standing: 'holder' });
  const serial = `STICK-${name}-1`;
  await ask('PUT', `/api/v1/registers/sticks/${serial}`, { encryptsInHardware: true, note: canary });
  const printer = await ask('POST', '/api/v1/registers/printers', {
    pattern: `ipp://${canary}/*`,
    class: 'council',
    note: canary,
  });
  return {
    'people.account': [sam, kim],
    'groups.name': [canary],
    'roles.id': [role['id'] ?? ''],
    'roles.role': ['line-manager'],
    'registers.serial': [serial],
    'registers.id': [printer['id'] ?? ''],
  };
}

/** An incident that goes on and one that has ended; authorisations that are asked for, given and revoked. */
async function fillAuthorisations({ as, canary, server, assetTag }: Filling): Promise<Places> {
  const [director, leader, siro] = [as('director'), as('information-security-team-leader'), as('siro')];
  const told = { title: `incident ${canary}`, description: `what ${canary}` };
  const [open, ended] = [
    await director('POST', '/api/v1/incidents', told),
    await director('POST', '/api/v1/incidents', told),
  ];
  await director('POST', `/api/v1/incidents/${ended['ref']}/end`, { reason: `because ${canary}` });
  const now = server.clock.now();
  const asked = {
    kind: 'emergency-plan-stick',
    subject: { devices: [assetTag] },
    scope: { sticks: [`stick ${canary}`] },
    purpose: `for ${canary}`,
    risks: `of ${canary}`,
    acceptedOn: '2026-11-01',
    validFrom: new Date(now).toISOString(),
    validTo: new Date(now + 30 * DAY).toISOString(),
    incident: open['ref'],
  };
  const refs: string[] = [];
  for (let count = 0; count < 3; count += 1)
    refs.push((await leader('POST', '/api/v1/authorisations', asked))['ref'] ?? '');
  for (const ref of refs.slice(1)) await siro('POST', `/api/v1/authorisations/${ref}/approval`, { reason: canary });
  await siro('POST', `/api/v1/authorisations/${refs[2]}/revocation`, { reason: `because ${canary}` });
  return { 'incidents.ref': [open['ref'] ?? '', ended['ref'] ?? ''], 'authorisations.ref': refs };
}

/** A fault that is open and damage that is dealt with. */
async function fillHelpdesk({ as, canary, assetTag }: Filling): Promise<Places> {
  const ask = as('administrator');
  const said = { device: assetTag, description: `broken ${canary}` };
  const fault = await ask('POST', '/api/v1/helpdesk-records', { kind: 'fault', ...said });
  const damage = await ask('POST', '/api/v1/helpdesk-records', { kind: 'damage', ...said });
  await ask('POST', `/api/v1/helpdesk-records/${damage['ref']}/closure`, { reason: `because ${canary}` });
  const refs = [fault['ref'] ?? '', damage['ref'] ?? ''];
  return { 'helpdesk-records.ref': refs, 'helpdesk.ref': refs };
}

/** A complaint that waits, and a correction that is answered: asked by whoever asks for the pages of one's own. */
async function fillRights({ as, canary }: Filling): Promise<Places> {
  const ask = as('administrator');
  const url = '/api/v1/my-rights-requests';
  const words = `said ${canary}`;
  const [open, answered] = [
    await ask('POST', url, { kind: 'complaint', words }),
    await ask('POST', url, { kind: 'correction', words }),
  ];
  const given = { outcome: 'not-upheld', answer: `because ${canary}` };
  await as('data-protection-officer')('POST', `/api/v1/rights-requests/${answered['ref']}/answer`, given);
  const refs = [open['ref'] ?? '', answered['ref'] ?? ''];
  const sections = ['rights-requests', 'my-rights-requests', 'my-rights', 'data-rights'];
  return Object.fromEntries(sections.map((section) => [`${section}.ref`, refs]));
}

/** A legal hold in force and one that has ended. */
async function fillHolds({ as, canary, assetTag }: Filling): Promise<Places> {
  const ask = as('data-protection-officer');
  const hold = { kind: 'device', target: assetTag, reason: `because ${canary}` };
  const [open, ended] = [
    await ask('POST', '/api/v1/legal-holds', hold),
    await ask('POST', '/api/v1/legal-holds', { ...hold, until: '2099-01-01T00:00:00Z' }),
  ];
  await ask('POST', `/api/v1/legal-holds/${ended['ref']}/end`, { reason: `because ${canary}` });
  return { 'legal-holds.ref': [open['ref'] ?? '', ended['ref'] ?? ''] };
}

/** Two laptops that came with a fleet key: one waits for ICT, one was refused; and the key. */
async function fillEnrolments({ as, canary, server }: Filling): Promise<Places> {
  const ask = as('ict-administrator');
  const key = await ask('POST', '/api/v1/enrolment-tokens', { uses: 5, name: `for ${canary}` });
  for (const name of ['waits', 'refused']) {
    const change = (request: Record<string, unknown>) => ({
      ...request,
      serialNumber: canary,
      name: `${name} ${canary}`,
    });
    const counter = server.clock.now();
    await server.fire(enrolmentShot({ token: key['token'] ?? '', key: newKey(), counter, change }));
  }
  const { items } = (await ask('GET', '/api/v1/pending-enrolments')) as unknown as { items: readonly { id: string }[] };
  const ids = items.map(({ id }) => id);
  await ask('POST', `/api/v1/pending-enrolments/${ids.at(-1)}/refusal`, { reason: `because ${canary}` });
  const sections = ['pending-enrolments', 'enrolments'];
  return {
    ...Object.fromEntries(sections.map((section) => [`${section}.id`, ids])),
    'enrolment-tokens.id': [key['id'] ?? ''],
    'fleet-keys.id': [key['id'] ?? ''],
  };
}

/** A restriction in force and one that is lifted, of a device that is enrolled, and a message to it. */
async function fillOrders({ as, canary, owned }: Filling): Promise<Places> {
  const ask = as('ict-operator');
  const url = `/api/v1/devices/${owned}`;
  const said = { until: null, reason: `because ${canary}`, notice: `for ${canary}`, telephone: '0' };
  const lock = await ask('POST', `${url}/orders`, { kind: 'lock', ...said });
  const isolate = await ask('POST', `${url}/orders`, { kind: 'isolate', ...said });
  await ask('POST', `${url}/orders/${isolate['id']}/lifting`, { reason: `because ${canary}` });
  await ask('POST', `${url}/messages`, { text: `hello ${canary}`, reason: `because ${canary}` });
  await ask('POST', `${url}/resends`, { reason: `because ${canary}` });
  return { 'devices.id': [lock['id'] ?? '', isolate['id'] ?? ''] };
}

/** A pause that holds, of a device that is enrolled, and one that somebody has ended. */
async function fillPauses({ as, canary, owned, server }: Filling): Promise<Places> {
  const ask = as('ict-administrator');
  const until = new Date(server.clock.now() + 20 * DAY).toISOString();
  const pause = { scope: 'device', name: owned, until, reason: `because ${canary}` };
  const [ended, holding] = [await ask('POST', '/api/v1/pauses', pause), await ask('POST', '/api/v1/pauses', pause)];
  await ask('POST', `/api/v1/pauses/${ended['id']}/end`, { reason: `because ${canary}` });
  return { 'pauses.id': [holding['id'] ?? '', ended['id'] ?? ''] };
}

/** Access that is withdrawn, and a withdrawal that waits for a second person. */
async function fillWithdrawals({ as, canary, name, server }: Filling): Promise<Places> {
  const ask = as('ict-administrator');
  const until = new Date(server.clock.now() + 30 * DAY).toISOString();
  const order = { subjects: [`sam-${name}`], facilities: ['business-systems'], reason: `because ${canary}` };
  const [running, waiting] = [
    await ask('POST', '/api/v1/withdrawals', { ...order, mode: 'temporary', until }),
    await ask('POST', '/api/v1/withdrawals', { ...order, mode: 'permanent' }),
  ];
  const steps = (running['steps'] ?? []) as unknown as readonly { readonly id: string }[];
  return {
    'withdrawals.ref': [running['ref'] ?? '', waiting['ref'] ?? ''],
    'withdrawals.step': steps.map(({ id }) => id),
    // Whoever has no request of this server's has no address that it would answer at.
    'withdrawals.token': ['A'.repeat(63)],
  };
}

/** A stick and a device that were seized; the device has been given back. */
async function fillExhibits({ as, canary, assetTag }: Filling): Promise<Places> {
  const ask = as('ict-administrator');
  const move = { from: canary, to: canary, place: canary, condition: canary };
  const [stick, device] = [
    await ask('POST', '/api/v1/exhibits', { kind: 'stick', serial: canary, description: canary, ...move }),
    await ask('POST', '/api/v1/exhibits', { kind: 'device', device: assetTag, description: canary, ...move }),
  ];
  await ask('POST', `/api/v1/exhibits/${device['ref']}/release`, move);
  return { 'exhibits.ref': [stick['ref'] ?? '', device['ref'] ?? ''] };
}

/** Fills what a council has beside devices, breaches and tokens; gives what its addresses name. */
export async function fillThings(filling: Filling, policy: string): Promise<Places> {
  const preview = await filling.as('administrator')('POST', '/api/v1/policies/preview', policy, 'application/yaml');
  return {
    ...(await fillRegisters(filling)),
    ...(await fillAuthorisations(filling)),
    ...(await fillHelpdesk(filling)),
    ...(await fillHolds(filling)),
    ...(await fillRights(filling)),
    'language.language': ['cy', 'en'],
    ...(await fillEnrolments(filling)),
    ...(await fillOrders(filling)),
    ...(await fillPauses(filling)),
    ...(await fillWithdrawals(filling)),
    ...(await fillExhibits(filling)),
    'policies.id': [preview['id'] ?? ''],
  };
}

/** The section of an address, by which what stands in it is known: `/api/v1/people/:account` is of people. */
export const sectionOf = (url: string): string => /^\/(?:api\/v\d+\/)?([^/]+)/.exec(url)?.[1] ?? '';

/** What ends a device's key is done to a device of its own: the good ones are to be served to the end. */
const ENDS_KEY = /\/devices\/:assetTag\/(key-revocation|decommissioning|revoke-key|leave-service)$/;

/** What is there for a part of an address. A route for whose part there is nothing would be attacked for its 404 alone. */
export function placesFor(places: Places, url: string, part: string): readonly string[] {
  const section = ENDS_KEY.test(url) ? 'ended' : sectionOf(url);
  const known = places[`${section}.${part}`] ?? places[part];
  if (known === undefined || known.length === 0 || known.includes(''))
    throw new Error(`${url} is attacked with nothing in its place of ${part}: let test/hostile/things.ts make one`);
  return known;
}
