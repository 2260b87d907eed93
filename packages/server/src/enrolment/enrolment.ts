import { type EnrolmentRequest, enrolmentProof, thumbprint, tokenSecret } from '@beadle/shared';
import type { Tx } from '../db/database.ts';
import { problem } from '../errors.ts';
import { sameText } from '../same-text.ts';
import { deviceById, devicesBySerial, tokenById, type TokenRow, useToken } from './store.ts';

/** One sentence for every way in which a token can be wrong, so that nobody learns which tokens exist. */
const REFUSED = 'This token is not valid here, has been used or has ended. Ask ICT for a new one.';

/** Whether the request shows knowledge of the token's secret for this very key. Constant in time. */
export function provesToken(request: EnrolmentRequest, tokenKey: Uint8Array): boolean {
  const secret = tokenSecret(tokenKey, request.token);
  return sameText(enrolmentProof(secret, thumbprint(request.key)), request.proof);
}

async function deviceOfFleetKey(tx: Tx, token: TokenRow, serialNumber: string | null) {
  if (serialNumber === null) {
    throw problem(
      'enrolment-refused',
      'A fleet key enrols by the serial number, and this device tells none. Use a token for this device.',
    );
  }
  const [device, ...more] = await devicesBySerial(tx, token.organisation, serialNumber);
  if (device === undefined || more.length > 0) {
    throw problem(
      'enrolment-refused',
      `The serial number ${serialNumber} is in the register ${more.length > 0 ? 'more than once' : 'nowhere'}. Ask ICT to register this device.`,
    );
  }
  // A serial number is a hint and no credential: it never takes over a device that reports already.
  if (device.generation > 0) {
    throw problem('enrolment-refused', `${device.asset_tag} has been enrolled before. Ask ICT for a token for it.`);
  }
  return device;
}

/** The device that a proven token enrols; takes one use of the token. Throws `enrolment-refused`. */
export async function redeem(tx: Tx, request: EnrolmentRequest, now: number) {
  const token = await tokenById(tx, request.token);
  if (token === undefined || token.expires_at <= now || token.uses_left <= 0)
    throw problem('enrolment-refused', REFUSED);
  const device =
    token.device === null
      ? await deviceOfFleetKey(tx, token, request.serialNumber)
      : await deviceById(tx, token.organisation, token.device);
  if (device === undefined || !(await useToken(tx, token))) throw problem('enrolment-refused', REFUSED);
  return device;
}
