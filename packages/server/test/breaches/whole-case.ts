import type { TestServer } from '../app/harness.ts';
import { seedDevice, seedState } from '../support/seed.ts';

type Served = Pick<TestServer, 'as' | 'db' | 'clock'>;

const HOUR = 3_600_000;

/** What a person makes of the lost laptop; every text names somebody. */
export const ASSESSMENT = {
  severity: 'high',
  factors: {
    type: 'Loss of confidentiality: Sam Rivers had the laptop',
    sensitivity: 'Names and addresses of tenants',
    protection: 'The disk of DBC-07001 was encrypted',
    whatHappened: 'It was left on a train',
    reveals: 'Who rents from the council',
    howMany: 'About 40 tenants',
    who: 'Tenants, one of whom wrote from mrs.jones@example.org',
    harm: 'Unwanted letters',
  },
  personalData: 'yes',
  riskLikely: 'yes',
  highRisk: 'no',
  specialCategory: 'no',
  childrenOrVulnerable: 'unknown',
  people: 40,
  records: 55,
  consequences: 'Letters to tenants; Rivers has told his manager',
  reasons: 'The password is not known to anybody else',
};

/** A lost laptop from the report to the end, by what people do through the API. Gives the breach's reference. */
export async function wholeCase(server: Served): Promise<string> {
  const device = await seedDevice(server.db, {
    asset_tag: 'DBC-07001',
    serial_number: 'PF7YY001',
    holder: 'Sam Rivers',
    last_contact_at: server.clock.now() - 30 * HOUR,
  });
  await seedState(server.db, device.id, { verdict: 'pass' });
  const act = async (role: Parameters<TestServer['as']>[0], path: string, payload?: object) => {
    const answer = await server.as(role, {
      method: 'POST',
      url: `/api/v1/breaches${path}`,
      ...(payload === undefined ? {} : { payload }),
    });
    if (answer.statusCode >= 300) throw new Error(`${path}: ${answer.body}`);
    server.clock.pass(HOUR);
    return answer.json();
  };
  const { ref } = await act('worker', '', {
    title: 'Laptop of Sam Rivers left on the train to Tŷ Gwyn',
    description: 'Sam Rivers left DBC-07001 (PF7YY001) on the 8:12.\nHe rang at once.',
    category: 'lost',
    device: 'DBC-07001',
    happenedAt: new Date(server.clock.now() - 2 * HOUR).toISOString(),
    place: 'travelling',
    personalData: 'yes',
    information: 'A list of tenants',
  });
  const officer = (path: string, payload?: object) =>
    act('information-security-team-leader', `/${ref}/${path}`, payload);
  await officer('acknowledgement');
  await officer('triage', { decision: 'confirmed', reason: 'Sam Rivers says so himself' });
  await officer('containment', { measures: 'The account srivers was closed by the service desk' });
  await officer('assessment', ASSESSMENT);
  await officer('referrals', { to: 'police', reasons: 'It may have been stolen', reference: 'CR/123/26' });
  const { id } = await officer('actions', {
    title: 'Write to the tenants',
    owner: 'Jo Marsh',
    due: new Date(server.clock.now() + 48 * HOUR).toISOString(),
  });
  server.clock.pass(80 * HOUR);
  await officer('decisions', {
    about: 'regulator',
    decision: 'tell',
    reasons: 'Jo Marsh was away, and nobody stood in',
    toldAt: new Date(server.clock.now()).toISOString(),
    reference: 'IC-1',
  });
  await officer(`actions/${id}/end`, { outcome: 'done', note: 'Sent by Jo Marsh' });
  await officer('closure', {
    reason: 'The laptop was found and wiped',
    rootCause: 'The bag was on the rack',
    lessons: 'Carry the laptop in hand',
  });
  return ref;
}
