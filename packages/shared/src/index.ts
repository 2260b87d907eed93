/**
 * The words of Beadle and the names that both programs share. The glossary is in the design: a *source* is read, a
 * *collector* makes an *observation* of it, `evaluate` judges that by a *policy* into *verdicts*, a change of verdict or
 * an event is a *finding*, which travels in a *check-in* and opens a *breach*. This package does no I/O.
 *
 * Reading a policy file loads a YAML parser and stands apart, at `@beadle/shared/policy/read`.
 */
export * from './authorisations/authorisation.ts';
export * from './authorisations/days.ts';
export * from './authorisations/excuse.ts';
export * from './checks/accounts.ts';
export * from './checks/agent-health.ts';
export * from './checks/asset-tag.ts';
export * from './checks/check.ts';
export { combineParts, onePerSubject, type Part } from './checks/combine.ts';
export * from './checks/configuration.ts';
export * from './checks/contact.ts';
export * from './checks/country.ts';
export * from './checks/disk-encryption.ts';
export * from './checks/firewall.ts';
export * from './checks/malware-protection.ts';
export * from './checks/observation.ts';
export * from './checks/patches.ts';
export * from './checks/printing.ts';
export * from './checks/registry.ts';
export * from './checks/removable-media.ts';
export * from './checks/screen-lock.ts';
export { SERVER_JUDGED } from './checks/later.ts';
export * from './evaluate.ts';
export * from './findings/chain.ts';
export * from './findings/finding.ts';
export * from './findings/state-digest.ts';
export * from './findings/verdict.ts';
export * from './policy/coverage.ts';
export * from './policy/covers.ts';
export * from './policy/deadlines.ts';
export * from './policy/document.ts';
export * from './policy/roles.ts';
export * from './policy/versions.ts';
export * from './duration.ts';
export * from './patterns.ts';
export { named } from './placeholders.ts';
export * from './ports.ts';
export * from './typed-by-hand.ts';
export * from './wire/check-in.ts';
export * from './wire/content-digest.ts';
export * from './wire/desired-state.ts';
export * from './wire/enrolment.ts';
export * from './wire/keys.ts';
export * from './wire/protocol.ts';
export * from './wire/release-code.ts';
export * from './wire/request-signature.ts';
export * from './wire/response-signature.ts';
export * from './wire/signed-document.ts';
