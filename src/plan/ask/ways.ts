// Where platforms answer differently, since what enforces there tells less or more apart. docs/platforms.md lists it.
import type { Grant } from '../grant.ts';
import type { AbsolutePath } from '../host.ts';
import type { Machine } from '../machine.ts';
import type { Askable, Prepared } from './askable.ts';
import { landlockWays } from './linux.ts';
import { seatbeltWays } from './macos.ts';
import type { Obstacle } from './obstacles.ts';
import type { Seen } from './request.ts';

/** An address of this machine: `any` is every interface. */
export type Place = 'loopback' | 'any' | 'outside';

export type Ways = {
  /** A grant of a file is one of its other names too: rules name inodes and not paths. */
  readonly grantsInodes: boolean;
  /** What may be read whatever is granted, itself alone. */
  readonly alwaysRead: readonly AbsolutePath[];
  /** What the session itself made, as far as that is known. */
  readonly isNew: (
    plan: Pick<Askable, 'session' | 'temporary'>,
    path: AbsolutePath,
    born: () => number | null,
  ) => boolean;
  /** Whether everything that is made is judged, directories and links too. */
  readonly judgesCreations: (plan: Askable) => boolean;
  /** Files that are granted by themselves, and may be saved by way of others beside them. */
  readonly saved: (plan: Askable) => readonly Grant[];
  /** What stands in the way of keeping what is about to be written to. */
  readonly keeping: (prepared: Prepared, path: AbsolutePath) => readonly Obstacle[];
  /** What stands in the way of cutting a file that may be written. */
  readonly cutting: (prepared: Prepared, seen: Seen) => readonly Obstacle[];
  /** Of making something of this name, be it a directory, a file or what is moved there. */
  readonly making: (prepared: Prepared, name: AbsolutePath) => readonly Obstacle[];
  /** Of removing an entry whose directory may be changed. */
  readonly removing: (prepared: Prepared, name: AbsolutePath) => readonly Obstacle[];
  /** Of moving between names that may both be changed. */
  readonly moving: (prepared: Prepared, from: AbsolutePath, to: AbsolutePath) => readonly Obstacle[];
  /** Of giving a further name to what is there. */
  readonly linking: (prepared: Prepared, from: AbsolutePath, to: AbsolutePath) => readonly Obstacle[];
  /** Of making a link of this name, wherever it leads. */
  readonly misleading: (prepared: Prepared, link: AbsolutePath) => readonly Obstacle[];
  /** Whether a blocked command is known by the name of a link that leads to it, too. */
  readonly seesLinks: boolean;
  /** Whether Unix sockets can be granted at all. */
  readonly joinsSockets: (machine: Machine) => boolean;
  /** Whether a named port is one of this address. */
  readonly hasPorts: (place: Place, address: string) => boolean;
};

const ways: Readonly<Record<Machine['platform'], Ways>> = { linux: landlockWays, macos: seatbeltWays };

export function waysOf({ platform }: Machine): Ways {
  return ways[platform];
}
