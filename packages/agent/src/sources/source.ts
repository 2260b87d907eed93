export type * from '../host/source.ts';
