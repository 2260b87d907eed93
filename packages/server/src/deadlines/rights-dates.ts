import { after } from '@beadle/shared';

export const RIGHTS_KINDS = ['complaint', 'objection', 'correction'] as const;
export type RightsKind = (typeof RIGHTS_KINDS)[number];

export interface RightsDates {
  /** Both in milliseconds since the epoch. */
  readonly acknowledgeBy: number;
  /** Null of a complaint, which is answered without undue delay: the law names no day. */
  readonly answerBy: number | null;
}

/**
 * By when a request that arrived at `askedAt` is acknowledged and answered. A complaint is acknowledged within 30 days
 * (Data Protection Act 2018, section 164A(3)), and the others are treated the same; a request to correct, and an objection,
 * are answered within a month of being received (UK GDPR, Article 12(3)).
 */
export const rightsDates = (kind: RightsKind, askedAt: number): RightsDates => ({
  acknowledgeBy: after(askedAt, 'P30D'),
  answerBy: kind === 'complaint' ? null : after(askedAt, 'P1M'),
});
