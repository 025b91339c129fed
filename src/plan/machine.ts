// Which machine a plan is for, as far as what enforces it differs.

export type Architecture = 'x64' | 'arm64';

export type LinuxMachine = {
  readonly platform: 'linux';
  readonly architecture: Architecture;
  readonly landlockAbi: number;
  /** The kernel hands calls to a broker. */
  readonly notifies: boolean;
  /** This run is inside another session, whose broker judges for both. */
  readonly inside: boolean;
};

/** The session has a keeper of its own, which does what its broker may not. */
export function hasKeeper({ notifies, inside }: LinuxMachine): boolean {
  return notifies && !inside;
}

export type MacMachine = { readonly platform: 'macos'; readonly architecture: Architecture };

export type Machine = LinuxMachine | MacMachine;
