import type { CheckInHeader } from '@beadle/shared';
import { compiledOnce } from '../db/compiled.ts';
import type { Tx } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';
import type { Wanted } from '../judging/judge.ts';
import type { DeviceKey } from './store.ts';

type Contact = Pick<
  DeviceRow,
  | 'last_contact_at'
  | 'agent_version'
  | 'platform'
  | 'release'
  | 'policy_serial'
  | 'on_council_network'
  | 'clock_skew_ms'
  | 'outbox_pending'
  | 'outbox_dropped'
  | 'last_office_at'
  | 'visits_noted_since'
  | 'country'
  | 'country_since'
  | 'connected_ms'
  | 'server_key'
>;

const contactUpdate = compiledOnce((db, arg: Pick<DeviceKey, 'organisation' | 'device'> & Contact) =>
  db
    .updateTable('devices')
    .set({
      last_contact_at: arg.last_contact_at,
      agent_version: arg.agent_version,
      platform: arg.platform,
      release: arg.release,
      policy_serial: arg.policy_serial,
      on_council_network: arg.on_council_network,
      clock_skew_ms: arg.clock_skew_ms,
      outbox_pending: arg.outbox_pending,
      outbox_dropped: arg.outbox_dropped,
      last_office_at: arg.last_office_at,
      visits_noted_since: arg.visits_noted_since,
      country: arg.country,
      country_since: arg.country_since,
      connected_ms: arg.connected_ms,
      server_key: arg.server_key,
    })
    .where('organisation', '=', arg.organisation)
    .where('id', '=', arg.device),
);

interface Contacted {
  readonly now: number;
  /** How many of the findings that the device counts as pending came with this check-in. */
  readonly taken: number;
  /** As of this check-in, in milliseconds. */
  readonly connectedMs: number;
  /** The id of the server's key that the device holds to; undefined where it does not say. */
  readonly serverKey: string | undefined;
  /** What the rules want noted of a device, as this check-in leaves it. */
  readonly wanted: (device: DeviceRow) => Wanted;
  /** Where the call appears to come from; asked only where that is wanted. */
  readonly country: () => string | null;
}

/** Keeps what this check-in says of the device itself; gives the device as it is now. */
export async function keepContact<D extends DeviceRow>(
  tx: Tx,
  device: D,
  header: CheckInHeader,
  { now, taken, connectedMs, serverKey, wanted, country: countryOf }: Contacted,
): Promise<D> {
  const { agent, policySerial, onCouncilNetwork } = header;
  const called = { ...device, on_council_network: onCouncilNetwork === null ? null : Number(onCouncilNetwork) };
  const { officeVisits, country: countryWanted } = wanted(called);
  const country = countryWanted ? countryOf() : null;
  const contact: Contact = {
    last_contact_at: now,
    agent_version: agent.version,
    platform: agent.platform,
    release: agent.release,
    policy_serial: policySerial,
    on_council_network: called.on_council_network,
    clock_skew_ms: Date.parse(header.sentAt) - now,
    outbox_pending: Math.max(0, agent.outbox.pending - taken),
    outbox_dropped: agent.outbox.dropped,
    last_office_at: !officeVisits ? null : onCouncilNetwork === true ? now : device.last_office_at,
    visits_noted_since: officeVisits ? (device.visits_noted_since ?? now) : null,
    connected_ms: connectedMs,
    server_key: serverKey ?? null,
    country,
    country_since: country === null ? null : country === device.country ? device.country_since : now,
  };
  await contactUpdate(tx, { organisation: device.organisation, device: device.id, ...contact });
  return { ...device, ...contact };
}
