import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { createFleetEnrolment, type FleetDeps } from '../enrolment/fleet.ts';
import { serialNumberOf } from '../enrolment/serial.ts';
import type { AgentSettings } from '../settings/settings.ts';
import { refuseUnsafeServer } from '../uplink/enrol.ts';
import { VERSION } from '../version.ts';
import type { thisMachine } from './this-machine.ts';

type Machine = Awaited<ReturnType<typeof thisMachine>>;

const MOST_NAME = 120;

/** Enrolling this machine by the fleet key of its settings; undefined where they have none. Throws `UsageError`. */
export function fleetEnrolment(
  { server, fleetKey: token, fleetKeyFile }: AgentSettings,
  machine: Machine & Pick<FleetDeps, 'data' | 'transport'>,
): ((signal: AbortSignal) => Promise<number>) | undefined {
  if (server === undefined || token === undefined) return undefined;
  const { host, log } = machine;
  const { platform, release } = host;
  const told = { platform, release, agentVersion: VERSION, name: hostname().slice(0, MOST_NAME) };
  return createFleetEnrolment({
    ...machine,
    server: refuseUnsafeServer(server, false).origin,
    token,
    about: async () => ({ ...told, serialNumber: await serialNumberOf(machine) }),
    spent() {
      if (fleetKeyFile === undefined) return;
      try {
        rmSync(fleetKeyFile, { force: true });
      } catch (error) {
        log.warn({ error, fleetKeyFile }, 'the fleet key could not be removed: remove it');
      }
    },
  });
}
