// Which machine a plan is for, as far as what enforces it differs.

export type Architecture = 'x64' | 'arm64';

export type LinuxMachine = {
  readonly platform: 'linux';
  readonly architecture: Architecture;
  readonly landlockAbi: number;
  /** The kernel hands calls to a broker. */
  readonly notifies: boolean;
};

export type MacMachine = { readonly platform: 'macos'; readonly architecture: Architecture };

export type Machine = LinuxMachine | MacMachine;
