import { DEVICE_KINDS, type DeviceKind, type Population, POPULATIONS } from '@beadle/shared';
import type { Selectable } from 'kysely';
import type { DeviceTable } from '../db/schema.ts';
import { changeDevice, deviceByTag, registerDevice } from '../devices/register.ts';
import { fitting, joined, KEY, line, names, namesIn, oneOf, type Row } from './column.ts';
import { filledCell, type Register } from './register.ts';

type Registered = Pick<
  Selectable<DeviceTable>,
  'asset_tag' | 'serial_number' | 'kind' | 'holder' | 'population' | 'groups'
>;

const rowOf = (device: Registered): Row => ({
  asset_tag: device.asset_tag,
  serial_number: device.serial_number,
  kind: device.kind,
  holder: device.holder,
  population: device.population,
  groups: joined(JSON.parse(device.groups) as string[]),
});

const changeOf = (row: Row) => ({
  serialNumber: row['serial_number'] ?? null,
  kind: filledCell(row, 'kind') as DeviceKind,
  holder: row['holder'] ?? null,
  population: (row['population'] ?? null) as Population | null,
  groups: namesIn(row['groups'] ?? null),
});

const COLUMNS = ['asset_tag', 'serial_number', 'kind', 'holder', 'population', 'groups'] as const;

/** The register of devices. A list takes none out of it: what has a record stays until a person disposes of it. */
export const devices: Register = {
  name: 'devices',
  columns: [
    fitting('asset_tag', /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/, 'an asset tag of letters, digits and . _ -', KEY),
    line('serial_number', 120),
    oneOf('kind', DEVICE_KINDS, { empty: 'laptop' }),
    line('holder', 200),
    oneOf('population', POPULATIONS),
    names('groups'),
  ],
  keyOf: (row) => filledCell(row, 'asset_tag').toLowerCase(),
  async read(tx, organisation) {
    const rows = await tx.selectFrom('devices').select(COLUMNS).where('organisation', '=', organisation).execute();
    const current = new Map(rows.map((device) => [device.asset_tag.toLowerCase(), rowOf(device)]));
    return { current, expected: new Set() };
  },
  async write(tx, { added, changed }, { organisation, at, random }) {
    for (const { row } of added) {
      const assetTag = filledCell(row, 'asset_tag');
      await registerDevice(tx, organisation, { assetTag, ...changeOf(row) }, { at, random });
    }
    for (const { row, before } of changed) {
      const device = await deviceByTag(tx, organisation, filledCell(before, 'asset_tag'));
      if (device !== undefined) await changeDevice(tx, organisation, device.id, changeOf(row), at);
    }
  },
};
