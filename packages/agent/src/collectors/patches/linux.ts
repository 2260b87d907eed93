import { isKnown, type Known, known, mapKnown, type Observation, unknown, type Update } from '@beadle/shared';
import { aptFreshness, aptPending, dnfAdvisories, osRelease, restartRequired } from '../../sources/linux/patches.ts';
import { isFields, jsonOf, outputOf, textOf, told } from '../answers.ts';
import type { Collector, Outputs } from '../collector.ts';
import { readApt, readAptFreshness } from './apt.ts';
import { readDnf } from './dnf.ts';
import { linuxSupport, osReleaseField } from './support.ts';

const MOST_UPDATES = 5000;
const BY_DNF = /^(fedora|rhel|centos|rocky|almalinux|ol|amzn)$/;

function productOf(outputs: Outputs): string {
  const text = textOf(outputOf(outputs, osRelease));
  return isKnown(text) ? (osReleaseField(text.known, 'ID') ?? '').toLowerCase() : '';
}

/** By the system's name; where that is not told, by whichever tool is there. Fedora can have apt-get installed, too. */
function usesDnf(outputs: Outputs): boolean {
  const product = productOf(outputs);
  if (product !== '') return BY_DNF.test(product);
  return outputOf(outputs, aptPending)?.kind !== 'output' && outputOf(outputs, dnfAdvisories)?.kind === 'output';
}

function missingOf(outputs: Outputs, byDnf: boolean): Known<Update[]> {
  const updates = byDnf
    ? readDnf(outputOf(outputs, dnfAdvisories), productOf(outputs))
    : readApt(outputOf(outputs, aptPending));
  return mapKnown(updates, (list) => {
    // What mends no vulnerability is judged by no rule: its name stays on the device (invariant 10).
    const judged = list.filter(({ security }) => security);
    return judged.length > MOST_UPDATES ? unknown('output-too-large', 'too many updates') : known(judged);
  });
}

function restartOf(outputs: Outputs): Known<boolean> {
  return mapKnown(jsonOf(outputOf(outputs, restartRequired)), (value) => {
    const required = isFields(value) ? value.Required : undefined;
    if (typeof required === 'boolean') return known(required);
    return unknown(required === null ? 'not-told' : 'not-understood');
  });
}

/** Clause 5.5 on Linux: apt for Debian and its kin, dnf for Fedora's. */
export const patchesLinux: Collector = {
  check: 'patches',
  sources: [osRelease, aptPending, aptFreshness, dnfAdvisories, restartRequired],
  collect(outputs, now): Observation {
    const byDnf = usesDnf(outputs);
    const facts = {
      missing: told(missingOf(outputs, byDnf)),
      // dnf fetches its lists itself where they have expired, and fails where it cannot.
      listsUpdatedAt: told(byDnf ? known(now) : readAptFreshness(jsonOf(outputOf(outputs, aptFreshness)))),
      restartRequired: told(restartOf(outputs)),
      system: told(mapKnown(textOf(outputOf(outputs, osRelease)), linuxSupport)),
    };
    return { facts: known(facts), events: [] };
  },
};
