import Type, { type Static } from 'typebox';
import Value from 'typebox/value';
import { DEVICE_KINDS, POPULATIONS, PRINTER_CLASSES } from '../checks/check.ts';
import { IsoTime } from '../findings/finding.ts';
import { REQUIRE_SCHEMAS } from '../checks/registry.ts';
import { Authorisation } from '../authorisations/authorisation.ts';
import { PolicyOfDevice, type Rule } from '../policy/document.ts';
import type { PolicyInTime } from '../policy/versions.ts';
import type { Signer, VerifyingKey } from './keys.ts';

/**
 * Documents that the server signs for one device: JWS compact (RFC 7515) with `EdDSA` (RFC 8037) or `ES256`, the key's
 * thumbprint as `kid`, and `typ` naming the kind of document. The signature is on the document itself, so that it
 * keeps its authority on the device's disk and through any proxy.
 */
const JWS_ALGORITHM = { ed25519: 'EdDSA', 'ecdsa-p256-sha256': 'ES256' } as const;
export const POLICY_TYPE = 'beadle-policy+jws';

const closed = { additionalProperties: false } as const;
const NullableText = Type.Union([Type.String({ maxLength: 200 }), Type.Null()]);

/** The policy as it concerns one device, bound to it, to a rising serial and to an end. */
export const PolicyForDevice = Type.Object(
  {
    device: Type.String({ minLength: 1, maxLength: 80 }),
    organisation: Type.String({ minLength: 1, maxLength: 200 }),
    /** Rises with each change of the policy or of what the register says of the device; an older one is refused. */
    serial: Type.Integer({ minimum: 1 }),
    issuedAt: IsoTime,
    /** From this moment the device has no policy in force until a new document comes. */
    endsAt: IsoTime,
    register: Type.Object(
      {
        assetTag: NullableText,
        serialNumber: NullableText,
        kind: Type.Enum([...DEVICE_KINDS]),
        population: Type.Union([Type.Enum([...POPULATIONS]), Type.Null()]),
        groups: Type.Array(Type.String({ maxLength: 200 }), { maxItems: 500 }),
        sticks: Type.Union([
          Type.Null(),
          Type.Array(
            Type.Object({ serial: Type.String({ maxLength: 120 }), encryptsInHardware: Type.Boolean() }, closed),
            { maxItems: 10_000 },
          ),
        ]),
        /** Left out where no printer has been classified; the first pattern that fits decides. */
        printers: Type.Optional(
          Type.Array(
            Type.Object(
              { pattern: Type.String({ minLength: 1, maxLength: 300 }), class: Type.Enum([...PRINTER_CLASSES]) },
              closed,
            ),
            { maxItems: 2000 },
          ),
        ),
      },
      closed,
    ),
    /** In the order of their beginning: those of late, for what happened then, the one in force, and those to come; none where no policy is for this device. */
    policies: Type.Array(Type.Object({ from: IsoTime, policy: PolicyOfDevice }, closed), { maxItems: 20 }),
    /** Past and future ones among them; each lapses by itself. */
    authorisations: Type.Array(Authorisation, { maxItems: 500 }),
  },
  closed,
);
export type PolicyForDevice = Static<typeof PolicyForDevice>;

const encode = (text: string) => Buffer.from(text).toString('base64url');

const headerOf = (key: Pick<Signer, 'algorithm' | 'keyId'>, type: string) =>
  encode(JSON.stringify({ alg: JWS_ALGORITHM[key.algorithm], kid: key.keyId, typ: type }));

export function signDocument(payload: unknown, type: string, signer: Signer): string {
  const signed = `${headerOf(signer, type)}.${encode(JSON.stringify(payload))}`;
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`;
}

/** The id of the key that a document says it is signed by; undefined where it is none. Proves nothing. */
export function keyIdOf(jws: string): string | undefined {
  try {
    const header: unknown = JSON.parse(Buffer.from(jws.split('.')[0] ?? '', 'base64url').toString());
    return typeof header === 'object' && header !== null && 'kid' in header ? String(header.kid) : undefined;
  } catch {
    return undefined;
  }
}

export type DocumentRefusal = 'signature-differs' | 'not-of-this-form' | 'for-another-device' | 'older' | 'ended';

/** The payload of a document of `type`, signed by `key`; says nothing yet of whom it is for. */
export function openDocument(jws: string, type: string, key: VerifyingKey): unknown {
  const [header, payload, signature, ...more] = jws.split('.');
  if (header !== headerOf(key, type) || payload === undefined || signature === undefined || more.length > 0)
    return undefined;
  const bytes = Buffer.from(signature, 'base64url');
  if (bytes.toString('base64url') !== signature) return undefined;
  if (!key.verify(Buffer.from(`${header}.${payload}`), bytes)) return undefined;
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

/** The document's schema leaves the parameters of a rule to the check that it names. */
function fitsItsCheck(rule: Rule): boolean {
  const schema = REQUIRE_SCHEMAS[rule.check];
  return schema !== undefined && Value.Check(schema, rule.require);
}

const rulesIn = ({ policies }: PolicyForDevice) => policies.flatMap(({ policy }) => policy.rules);

/** The versions in a document, as they are judged by. */
export const policiesIn = ({ policies }: PolicyForDevice): PolicyInTime[] =>
  policies.map(({ from, policy }) => ({ from: Date.parse(from), policy }));

const isInOrder = (payload: PolicyForDevice): boolean =>
  policiesIn(payload).every(({ from }, index, all) => index === 0 || (all[index - 1]?.from ?? from) < from);

/**
 * Accepts a policy document for `device`: signed by the pinned key, of the closed form, not ended at `now`
 * (milliseconds), and not older than `atLeast`.
 */
export function openPolicy(
  jws: string,
  key: VerifyingKey,
  expected: { readonly device: string; readonly atLeast: number; readonly now: number },
): PolicyForDevice | DocumentRefusal {
  const payload = openDocument(jws, POLICY_TYPE, key);
  if (payload === undefined) return 'signature-differs';
  if (!Value.Check(PolicyForDevice, payload) || !rulesIn(payload).every(fitsItsCheck) || !isInOrder(payload))
    return 'not-of-this-form';
  if (payload.device !== expected.device) return 'for-another-device';
  if (payload.serial < expected.atLeast) return 'older';
  return Date.parse(payload.endsAt) > expected.now ? payload : 'ended';
}
