// Grants as rules: what may be read and executed, what may be written, and what of it may be removed.
import { allowsReading, allowsWriting, type Grant } from '../../plan/grant.ts';
import type { AbsolutePath } from '../../plan/host.ts';
import { contains, lineage, parentOf } from '../../plan/path.ts';
import type { MacPlan } from '../../plan/plan.ts';
import { allOf, anyOf, exactly, noneOf, tree } from './filters.ts';
import { removing, writing } from './operations.ts';
import { allow, type Parameters, type Sbpl } from './sbpl.ts';

const reading = ['file-read*', 'file-test-existence', 'file-map-executable', 'process-exec*'];

function isDirectory({ kind }: Grant): boolean {
  return kind === 'directory';
}

function isDevice({ kind }: Grant): boolean {
  return kind === 'device';
}

function filtersOf(grants: readonly Grant[], parameters: Parameters): Sbpl[] {
  return grants.flatMap((grant) => (isDirectory(grant) ? tree : exactly)(grant.path, parameters));
}

/** A rule adds nothing where one around it allows as much. */
function withoutCovered(grants: readonly Grant[]): Grant[] {
  const directories = grants.filter(isDirectory);
  return grants.filter(
    (grant) => !directories.some(({ path }) => path !== grant.path && contains(path, grant.path)),
  );
}

/** The directories on the way to a grant: programs look every one of them up. */
function ancestorsOf(grants: readonly Grant[]): AbsolutePath[] {
  const ancestors = grants.flatMap(({ path }) => (path === '/' ? [] : lineage(parentOf(path))));
  return [...new Set(ancestors)].filter((path) => path !== '/');
}

function readRules(grants: readonly Grant[], parameters: Parameters): Sbpl[] {
  const readable = grants.filter(allowsReading);
  const written = grants.filter((grant) => !allowsReading(grant));
  return [
    ...allow(
      ['file-read-metadata', 'file-test-existence'],
      [
        ...ancestorsOf(grants).flatMap((path) => exactly(path, parameters)),
        ...filtersOf(withoutCovered(written), parameters),
      ],
    ),
    ...allow(reading, filtersOf(withoutCovered(readable.filter((grant) => !isDevice(grant))), parameters)),
    ...allow(['file-read*'], filtersOf(readable.filter(isDevice), parameters)),
  ];
}

/** In what the run may remove entries: the directory itself is an entry of another. */
function removable({ grants, originals }: MacPlan): readonly Grant[] {
  const keeps = originals.kind === 'kept' && originals.onDelete === 'keep';
  return grants.filter(
    (grant) =>
      isDirectory(grant) && allowsWriting(grant) && (keeps || grant.isState || grant.origin === 'session'),
  );
}

/**
 * Seatbelt knows no births: what may be removed may be so whether it is old or new. Removing a name here and making one
 * there is how it sees a move, so nothing leaves a directory that may not be read for one that may.
 */
function removeRules(plan: MacPlan, parameters: Parameters): Sbpl[] {
  const readable = plan.grants.filter((grant) => isDirectory(grant) && allowsReading(grant));
  return allow(
    [removing],
    removable(plan).flatMap((grant) => {
      const inside = (filters: readonly Sbpl[]) =>
        filters.length === 0
          ? []
          : [
              allOf(
                anyOf(tree(grant.path, parameters)),
                ...noneOf(exactly(grant.path, parameters)),
                anyOf(filters),
              ),
            ];
      if (readable.some(({ path }) => contains(path, grant.path)))
        return [allOf(anyOf(tree(grant.path, parameters)), ...noneOf(exactly(grant.path, parameters)))];
      return inside(
        filtersOf(
          readable.filter(({ path }) => contains(grant.path, path)),
          parameters,
        ),
      );
    }),
  );
}

function writeRules(plan: MacPlan, parameters: Parameters): Sbpl[] {
  const writable = plan.grants.filter(allowsWriting);
  const [devices, rest] = [writable.filter(isDevice), writable.filter((grant) => !isDevice(grant))];
  return [
    ...allow(writing, filtersOf(withoutCovered(rest), parameters)),
    ...allow(['file-write-data', 'file-ioctl'], filtersOf(devices, parameters)),
    ...removeRules(plan, parameters),
  ];
}

export function grantRules(plan: MacPlan, parameters: Parameters): Sbpl[] {
  return [...readRules(plan.grants, parameters), ...writeRules(plan, parameters)];
}
