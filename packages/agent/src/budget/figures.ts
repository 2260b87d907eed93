import { MIB } from './budgets.ts';

/** To the tenth, as a figure that moves with each look would be new each time. */
const inTenths = (value: number): number => Math.round(value * 10) / 10;

/** As budgets and what was used of them are told. */
export const seconds = (ms: number): number => inTenths(ms / 1000);
export const mebibytes = (bytes: number): number => inTenths(bytes / MIB);
