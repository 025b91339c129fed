// One line of the reviewed table: which calls, when, what is answered, and why.
import type { Action, ErrnoName } from './action.ts';
import type { Syscall } from './syscalls.ts';

/**
 * A test of one argument: `argument & mask` is among the values, or is not. Only the low 32 bits are looked at, on
 * purpose: the kernel ignores the rest of an `int`, so a filter that compared it could be passed by setting it.
 */
export type ArgumentTest = { readonly argument: number; readonly mask?: number } & (
  | { readonly oneOf: readonly number[] }
  | { readonly noneOf: readonly number[] }
);

/** The first rule of a call whose tests all hold decides; a call without one is allowed. */
export type SyscallRule = {
  readonly calls: readonly Syscall[];
  readonly when?: readonly ArgumentTest[];
  readonly action: Action;
  readonly reason: string;
};

export const refuse = (errno: ErrnoName): Action => ({ kind: 'errno', errno });
export const allow: Action = { kind: 'allow' };
export const notify: Action = { kind: 'notify' };
