import type { Act } from '../../host/act.ts';
import {
  checkRules,
  dropRules,
  listRules,
  listTables,
  lookAtNameServers,
  setRules,
  lookAtBoot,
} from './network-acts.ts';
import { lookAtMedia, probeStick, setCard, setStick } from './media-acts.ts';
import { endSession, listInhibitors, listSessions, lockSession, showNotice, showSession } from './session-acts.ts';

/** Everything that the agent may change on Linux, and how it looks at what came of it. */
export const LINUX_ACTS: readonly Act[] = [
  checkRules,
  setRules,
  listRules,
  dropRules,
  listTables,
  lookAtBoot,
  lookAtNameServers,
  setStick,
  probeStick,
  setCard,
  lookAtMedia,
  listSessions,
  showSession,
  lockSession,
  endSession,
  listInhibitors,
  showNotice,
];
