import { type DeviceContext, type PolicyForDevice, unknown } from '@beadle/shared';

/** What the device knows of itself beside its facts: what the register said when the policy was signed for it. */
export function contextOf(policy: PolicyForDevice | undefined): DeviceContext {
  const { register } = policy ?? {};
  return {
    kind: register?.kind ?? null,
    population: register?.population ?? null,
    groups: register?.groups ?? [],
    onCouncilNetwork: unknown('not-told'),
    register: register === undefined ? null : { assetTag: register.assetTag, serialNumber: register.serialNumber },
    registeredSticks: register?.sticks ?? null,
    classifiedPrinters: register?.printers ?? [],
  };
}
