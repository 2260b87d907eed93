#!/bin/sh
# Run once by PostgreSQL's image, when it makes its database: the roles of docs/deployment.md, section 7.
set -eu
psql --set=ON_ERROR_STOP=1 --username=postgres --set=owner="$OWNER_PASSWORD" --set=server="$SERVER_PASSWORD" <<'SQL'
create role beadle_owner login password :'owner';
create role beadle login password :'server';
create database beadle owner beadle_owner encoding 'UTF8' template template0;
revoke connect, temporary on database beadle from public;
grant connect on database beadle to beadle;
\connect beadle
set role beadle_owner;
alter default privileges grant select, insert, update on tables to beadle;
SQL
