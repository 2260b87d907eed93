/** What may be taken away (clause 4.6), and the device itself (4.7). */
export const FACILITIES = ['network', 'email-and-internet', 'business-systems', 'remote-access', 'device'] as const;
export type Facility = (typeof FACILITIES)[number];
