import type { Files, Source } from '../source.ts';

const DMI = '/sys/class/dmi/id';

/** `undefined`, which JSON leaves out, where reading is not allowed: that is not an empty field. */
async function field(files: Files, name: string): Promise<string | null | undefined> {
  try {
    return (await files.readText(`${DMI}/${name}`)).trim() || null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' || code === 'EPERM' ? undefined : null;
  }
}

async function enclosureOf(files: Files) {
  await files.list(DMI);
  const [AssetTag, ProductSerial, type] = await Promise.all([
    field(files, 'chassis_asset_tag'),
    field(files, 'product_serial'),
    field(files, 'chassis_type'),
  ]);
  return { AssetTag, ProductSerial, ChassisType: typeof type === 'string' ? Number.parseInt(type, 10) : type };
}

export const enclosure: Source = {
  id: 'linux/enclosure',
  platform: 'linux',
  reads: { kind: 'probe', what: `asset tag, serial number and kind of case in ${DMI}`, run: enclosureOf },
  privilege: 'root',
  timeLimitMs: 5_000,
  outputLimitBytes: 4_096,
  why: 'Compares the serial number and asset tag with the council’s register of devices.',
};
