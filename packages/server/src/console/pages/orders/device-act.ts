import type { Caller, Permission } from '../../../access.ts';
import type { DeviceRow } from '../../../devices/read.ts';
import type { OrderRow } from '../../../orders/desired-state/document.ts';
import type { OrderingDeps } from '../../../ordering/act.ts';
import { MOST_REASON } from '../../../ordering/schema.ts';
import type { PageDeps } from '../../console.ts';
import type { FormField, Values } from '../../forms/fields.ts';
import type { Confirm } from './act-form.ts';

export type OrderPageDeps = PageDeps & OrderingDeps;

/** Of which device, and of which of its orders where the act is about one. */
export interface DeviceCase {
  readonly caller: Caller;
  readonly device: DeviceRow;
  readonly order: OrderRow | undefined;
  readonly now: number;
}

/** Something that ICT does to a device, as a page that asks, one that confirms where it must, and the act itself. */
export interface DeviceAct {
  /** Below `/devices/{assetTag}/`. */
  readonly path: string;
  /** Who may, if not whoever may order. */
  readonly access?: Permission;
  readonly heading: string;
  readonly button: string;
  readonly fields: readonly FormField[];
  readonly intro: (it: DeviceCase) => readonly string[];
  /** What the form begins with. */
  readonly given?: (it: DeviceCase, deps: OrderPageDeps) => Promise<Values>;
  readonly confirm?: (it: DeviceCase, values: Values) => Confirm;
  /** Gives what is said on the device's page then, or a page of its own. */
  readonly run: (
    it: DeviceCase,
    values: Values,
    deps: OrderPageDeps,
  ) => Promise<{ readonly done: string } | { readonly view: string; readonly model: object }>;
}

/** Why somebody does it, for the record. */
export const reasonField = (hint: string): FormField => ({
  name: 'reason',
  kind: 'text',
  label: 'Why',
  hint,
  missing: 'Enter why',
  most: MOST_REASON,
});

export const pathOf = ({ asset_tag: tag }: Pick<DeviceRow, 'asset_tag'>): string =>
  `/devices/${encodeURIComponent(tag)}`;
