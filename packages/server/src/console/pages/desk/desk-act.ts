import type { CallerRole, Permission } from '../../../access.ts';
import { actOn, type LifeAct } from '../../../breaches/life/act.ts';
import { may } from '../../../people/permissions.ts';
import type { FieldError, FormField, Values } from '../../forms/fields.ts';
import type { DeskCase, DeskDeps } from './desk-case.ts';

/** What is asked once more before something that cannot be taken back. */
export interface Confirm {
  readonly heading: string;
  readonly warnings: readonly string[];
  readonly button: string;
}

/** What a person does to a breach on a page of its own: the questions, and what the answers do. */
export interface DeskAct {
  /** By which the desk knows what was done, to say so. */
  readonly name: string;
  /** The end of its address, after the breach's. */
  readonly path: string;
  readonly access: Permission;
  /** Where not everybody with the permission may. */
  readonly role?: CallerRole;
  readonly heading: string;
  /** What leads to it, where that is not its heading. */
  readonly link?: (it: DeskCase) => string | undefined;
  /** Whether it may be done now. */
  readonly isOpen: (it: DeskCase) => boolean;
  readonly intro?: (it: DeskCase) => readonly string[];
  readonly fields: readonly FormField[];
  /** What stands in the form before anything was entered. */
  readonly given?: (it: DeskCase) => Values;
  /** What the fields cannot know by themselves. */
  readonly check?: (values: Values) => readonly FieldError[];
  readonly button: string;
  readonly confirm?: (it: DeskCase, values: Values, deps: DeskDeps) => Confirm | Promise<Confirm>;
  readonly run: (it: DeskCase, values: Values, deps: DeskDeps) => Promise<unknown>;
  readonly done: string;
}

export const mayDo = ({ access, role }: DeskAct, caller: { readonly role: CallerRole }): boolean =>
  may(caller.role, access) && (role === undefined || role === caller.role);

/** An act of `breaches/life`, made of what was entered. */
export const living =
  (make: (values: Values, it: DeskCase, deps: DeskDeps) => LifeAct | Promise<LifeAct>): DeskAct['run'] =>
  async (it, values, deps) =>
    actOn(it.caller, [it.breach.ref], await make(values, it, deps), { db: deps.db, now: it.now });

/** A text that the form has made sure of. */
export const given = (values: Values, name: string): string => values[name] ?? '';
/** Only what was entered, under the names that the act wants. */
export const only = (values: Values, ...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]])));
