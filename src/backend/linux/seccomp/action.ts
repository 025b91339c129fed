// What a filter answers, and the kernel's number for it: include/uapi/linux/seccomp.h.

export type ErrnoName = 'EPERM' | 'EACCES' | 'ENOSYS' | 'EOPNOTSUPP' | 'EAFNOSUPPORT';

export type Action =
  | { readonly kind: 'allow' }
  | { readonly kind: 'errno'; readonly errno: ErrnoName }
  /** The call returns 0 without being made. */
  | { readonly kind: 'pretend' }
  /** The broker decides. */
  | { readonly kind: 'notify' }
  | { readonly kind: 'kill' };

const errnoNumbers: Record<ErrnoName, number> = {
  EPERM: 1,
  EACCES: 13,
  ENOSYS: 38,
  EOPNOTSUPP: 95,
  EAFNOSUPPORT: 97,
};

const kinds = {
  kill: 0x80000000,
  errno: 0x00050000,
  pretend: 0x00050000,
  notify: 0x7fc00000,
  allow: 0x7fff0000,
} as const;

export function actionNumber(action: Action): number {
  return action.kind === 'errno' ? kinds.errno | errnoNumbers[action.errno] : kinds[action.kind];
}
