import type { Connector } from '../../src/withdrawals/connector.ts';
import { createDirectory } from '../withdrawals/directory.ts';
import type { ConsoleServer } from './console-server.ts';

const DAY_MS = 86_400_000;

/** A directory that knows one of two people, and mail that is switched off. */
export function inventedConnectors(): readonly Connector[] {
  const [directory, mail] = [
    createDirectory('active-directory', ['network', 'remote-access']),
    createDirectory('Mail', ['email-and-internet']),
  ];
  for (const facility of ['network', 'remote-access']) directory.access.set(`sam.rivers ${facility}`, true);
  mail.access.set('sam.rivers email-and-internet', true);
  return [directory.connector, { ...mail.connector, enabled: false }];
}

/** Something that was seized; and of withdrawals: one that runs and needs a person, one that is a dry run, and one that waits for a second person. */
export async function seedWithdrawals({ app, as, clock }: ConsoleServer): Promise<void> {
  const until = new Date(clock.now() + 10 * DAY_MS).toISOString();
  const reason = 'The laptop was left on a train. Access is withdrawn until it is found.';
  const orders = [
    { subjects: ['sam.rivers', 'lee.field'], facilities: ['network', 'remote-access', 'business-systems'] },
    { subjects: ['sam.rivers'], facilities: ['email-and-internet'] },
    { subjects: ['group:Housing'], facilities: ['network'] },
  ];
  for (const order of orders) {
    const payload = { ...order, mode: 'temporary', until, reason };
    await as('ict-administrator', { method: 'POST', url: '/api/v1/withdrawals', payload });
    await app.jobs.runDue();
  }
  const move = { from: 'Sam Rivers', to: 'Ian Technician', place: 'The Forum, room 12', condition: 'Scratched, off' };
  const seizure = {
    kind: 'stick',
    serial: '0781AABB1204',
    description: 'A black memory stick',
    seal: 'S-0041',
    ...move,
  };
  await as('ict-administrator', { method: 'POST', url: '/api/v1/exhibits', payload: seizure });
}
