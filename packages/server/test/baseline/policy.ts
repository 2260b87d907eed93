/** A policy with lists that a baseline may add to, and a rule that it may not touch. */
export const POLICY = `beadlePolicy: 1
title: Test policy
organisation: Test Council
version: "1"
effectiveFrom: 2026-01-01
reviewBy: 2027-01-01
reportTo: information-security-team-leader
rules:
  - id: encryption
    clause: "5.9"
    says: Laptops must be encrypted.
    check: disk-encryption
    require: { volumes: fixed, protection: on }
    severity: critical
  - id: printing
    clause: "5.14"
    says: No home printers.
    check: printing
    require:
      # the council's own
      councilPrinters:
        - '\\\\print.council\\*'
      homePrinting: deny
    severity: high
    duty: holder
  - id: accounts
    clause: "5.4"
    says: Nobody is an administrator.
    check: accounts
    require: { localAdministrators: ["Administrator"] }
    severity: high
`;
