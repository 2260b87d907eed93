import { type ChainedAct, linkOf, NO_LINK } from './chain.ts';

/** A head of the chain that was noted elsewhere: after so many acts the link was this. */
export interface Anchor {
  readonly sequence: number;
  /** 64 hexadecimal digits. */
  readonly link: string;
}

export interface Break {
  readonly intact: false;
  /** The first place that does not fit: what is before it is as it was written. */
  readonly sequence: number;
  /**
   * `missing`: no act has this place; `altered`: its fields or links are not those that were written; `not-as-noted`: the
   * chain is whole, and another one than when its head was noted.
   */
  readonly reason: 'missing' | 'altered' | 'not-as-noted';
}
export type AuditVerification = { readonly intact: true; readonly count: number; readonly head: string } | Break;

export interface LinkedAct extends ChainedAct {
  readonly previous: string;
  readonly link: string;
}

/** Follows a chain from its first act, one act after the other. */
export interface Follower {
  /** The break at this act, where there is one: then nothing that follows says anything. */
  next(act: LinkedAct): Break | undefined;
  /** After the last act, of which there should be `written`, as far as that is known. */
  end(written?: number): AuditVerification;
}

export function followChain(anchors: readonly Anchor[] = []): Follower {
  let [previous, sequence] = [NO_LINK, 0];
  const noted = new Map(anchors.map((anchor) => [anchor.sequence, anchor.link.toLowerCase()]));
  const broken = (at: number, reason: Break['reason']): Break => ({ intact: false, sequence: at, reason });
  return {
    next(act) {
      if (act.sequence !== sequence + 1) return broken(sequence + 1, 'missing');
      sequence += 1;
      if (act.previous !== previous || act.link !== linkOf(previous, act)) return broken(sequence, 'altered');
      previous = act.link;
      return (noted.get(sequence) ?? previous) === previous ? undefined : broken(sequence, 'not-as-noted');
    },
    end(written = 0) {
      const last = Math.max(written, ...noted.keys());
      return sequence < last ? broken(sequence + 1, 'missing') : { intact: true, count: sequence, head: previous };
    },
  };
}

/** `SEQUENCE:LINK` as a head is noted; undefined where it is none. */
export function readAnchor(text: string): Anchor | undefined {
  const [, sequence, link] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/i.exec(text.trim()) ?? [];
  return sequence === undefined || link === undefined ? undefined : { sequence: Number(sequence), link };
}
