import type { Caller } from '../access.ts';
import { ownBreaches } from '../breaches/own.ts';
import type { Db } from '../db/database.ts';
import { type DeviceView, readStates } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { ownDevices } from '../people/own-devices.ts';
import type { RightsRequest } from './schema.ts';

/** What a request is about, by the ids of the database. */
export interface About {
  readonly breach: string | null;
  readonly device: string | null;
  readonly rule: string | null;
}

const NOTHING: About = { breach: null, device: null, rule: null };

const notTheirs = () => problem('not-permitted', 'What you ask about is not yours, or is not there any more');

async function ofBreach(db: Db, devices: readonly DeviceView[], ref: string, now: number): Promise<About> {
  for (const device of devices) {
    const found = (await ownBreaches(db, device, now)).find((breach) => breach.ref === ref);
    if (found !== undefined) return { ...NOTHING, breach: found.id, device: device.id };
  }
  throw notTheirs();
}

async function ofDevice(db: Db, devices: readonly DeviceView[], { device, rule }: RightsRequest): Promise<About> {
  const found = devices.find((one) => one.asset_tag === device);
  if (found === undefined) throw notTheirs();
  if (rule === undefined) return { ...NOTHING, device: found.id };
  const states = await readStates(db, found.organisation, found.id);
  if (!states.some((state) => state.rule === rule)) throw notTheirs();
  return { ...NOTHING, device: found.id, rule };
}

/** Of what is the caller's own, as their own page shows it; throws `not-permitted` of anything else. */
export async function aboutOf(db: Db, caller: Caller, request: RightsRequest, now: number): Promise<About> {
  const { breach, device, rule } = request;
  if (breach === undefined && device === undefined && rule === undefined) return NOTHING;
  if ((breach !== undefined) === (device !== undefined))
    throw problem('validation', 'Name a breach, or a device with or without a rule.');
  const devices = await ownDevices(db, caller);
  return breach === undefined ? ofDevice(db, devices, request) : ofBreach(db, devices, breach, now);
}
