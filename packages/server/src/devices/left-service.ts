import { sql, type SqlBool } from 'kysely';

/** Of a query of `devices`: not one that has left service, which is kept for its history alone. */
export const hasNotLeft = sql<SqlBool>`(devices.state is null or devices.state <> 'left-service')`;
