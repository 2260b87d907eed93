import type { AppDeps } from '../app.ts';
import { type Announce, createAnnouncements } from '../orders/desired-state/announce.ts';
import { createReleases } from '../orders/desired-state/releases.ts';
import type { Connector } from '../withdrawals/connector.ts';
import { byHand } from '../withdrawals/connectors/by-hand.ts';
import { createConnectors } from '../withdrawals/connectors/index.ts';
import { createDeviceConnector } from '../withdrawals/connectors/device.ts';
import { onEffects } from '../withdrawals/connectors/device-effects.ts';

/** Only where the settings name it: a device is else withdrawn by hand. */
function deviceConnectors(
  { database: { db }, settings, keys, clock, random }: AppDeps,
  announce: Announce,
): Connector[] {
  const { deviceWithdrawals } = settings;
  if (deviceWithdrawals === null) return [];
  return [createDeviceConnector({ db, clock, random, keys, announce, enabled: true, ...deviceWithdrawals })];
}

/** How devices hear of what they are ordered, and what a withdrawal can be carried out in. */
export function createOrdering(deps: AppDeps) {
  const { database, settings, keys, random, clock, log } = deps;
  const announcements = createAnnouncements(database, () =>
    log.warn('other servers are listened to through a pooler: where it shares connections, set databaseDirect'),
  );
  const { announce } = announcements;
  const releases = createReleases({ keys, random, clock });
  return {
    announcements,
    announce,
    releases,
    effectsChanged: onEffects({ clock, random }),
    connectors: [
      ...(deps.connectors ?? createConnectors(settings, { clock, random, tokenKey: keys.tokenKey })),
      ...deviceConnectors(deps, announce),
      byHand,
    ],
    /** Once the server listens. */
    fill: () => releases.fill().catch((err: unknown) => log.warn({ err }, 'no codes are made ahead')),
  };
}

export type Ordering = ReturnType<typeof createOrdering>;
