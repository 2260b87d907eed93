/** Devices that are not heard from are told of in the list of the week (judging/weekly.ts): each day would bring a few. */
export const TOLD_WEEKLY = 'contact';
