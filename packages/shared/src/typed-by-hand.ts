/** What people type into registers: blanks around it and the case of its letters mean nothing. */
export const typedKey = (text: string): string => text.trim().toLowerCase();

export const sameTyped = (a: string, b: string): boolean => typedKey(a) === typedKey(b);
