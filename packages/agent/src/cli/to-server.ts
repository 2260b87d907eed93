import { hostname } from 'node:os';
import { serialNumberOf } from '../enrolment/serial.ts';
import type { EnrolOptions } from '../uplink/enrol.ts';
import { createTransport, type Transport } from '../uplink/transport.ts';
import { VERSION } from '../version.ts';
import type { thisMachine } from './this-machine.ts';

const MOST_NAME = 120;

/** What this machine tells of itself where it asks to be enrolled, read anew at each call. */
export const aboutOf =
  (machine: Awaited<ReturnType<typeof thisMachine>>) => async (): Promise<EnrolOptions['about']> => {
    const { platform, release } = machine.host;
    const serialNumber = await serialNumberOf(machine);
    return { platform, release, agentVersion: VERSION, name: hostname().slice(0, MOST_NAME), serialNumber };
  };

/** How this machine reaches `server`, an origin. BEADLE_AGENT_CA_FILE names certificates that it trusts beside the system's. */
export const transportTo = (server: string): Transport =>
  createTransport(server, { caFile: process.env['BEADLE_AGENT_CA_FILE'] || undefined });
