import { type EnrolmentRequest, enrolmentProof, thumbprint, tokenSecret } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import type { DeviceRow } from '../devices/read.ts';
import { problem } from '../errors.ts';
import { sameText } from '../same-text.ts';
import { byFleetKey, type ByFleetKey, type Redeeming } from './fleet.ts';
import { deviceById, type TokenRow, useToken } from './store.ts';

/** One sentence for every way in which a token can be wrong, so that nobody learns which tokens exist. */
export const REFUSED = 'This token is not valid here, has been used or has ended. Ask ICT for a new one.';

/** Whether the request shows knowledge of the token's secret for this very key. Constant in time. */
export function provesToken(request: EnrolmentRequest, tokenKey: Uint8Array): boolean {
  const secret = tokenSecret(tokenKey, request.token);
  return sameText(enrolmentProof(secret, thumbprint(request.key)), request.proof);
}

async function deviceOfToken(tx: Tx, token: TokenRow, id: string, now: number): Promise<DeviceRow> {
  const device = await deviceById(tx, token.organisation, id);
  const isLive = token.revoked_at === null && token.expires_at > now && token.uses_left > 0;
  if (device === undefined || !isLive || !(await useToken(tx, token))) throw problem('enrolment-refused', REFUSED);
  if (device.state === 'left-service')
    throw problem('enrolment-refused', `${device.asset_tag} has left service. Ask ICT to put it back first.`);
  return device;
}

/** What a proven token gives: the device that it enrols, or that ICT is to decide. Throws `enrolment-refused`. */
export async function redeem(tx: Tx, token: TokenRow, request: EnrolmentRequest, deps: Redeeming): Promise<ByFleetKey> {
  if (token.device === null) return byFleetKey(tx, token, request, deps);
  const device = await deviceOfToken(tx, token, token.device, deps.now);
  return { kind: 'enrols', device, by: { how: 'token' } };
}
