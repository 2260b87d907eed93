import { CALLER_ROLES, may } from '../../../people/permissions.ts';

/** The roles that may read what devices sent. */
export const SEERS = CALLER_ROLES.filter((role) => may(role, 'findings:read'));
