import Type, { type TSchema } from 'typebox';

/** Words of a person, from one to `maximum` characters. */
export const Text = (maximum: number, description: string) =>
  Type.String({ minLength: 1, maxLength: maximum, description });

/** The same, or null where there is none. */
export const nullable = <T extends TSchema>(type: T) => Type.Union([type, Type.Null()]);
