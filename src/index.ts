// The public library: policies, plans, and commands that run confined.
export { type Issue, type IssueCode, NonoError } from './errors.ts';
export type { CommandResult, ExecOptions } from './library/exec.ts';
export type { SpawnOptions } from './library/options.ts';
export { buildPlan, type Place, type Plan } from './library/plan.ts';
export { definePolicy, type PolicyOptions } from './library/policy.ts';
export type { Denial, Report } from './library/report.ts';
export type { Sandbox } from './library/sandbox.ts';
export type { ConfinedProcess } from './library/spawn.ts';
export { type Undone, type UndoOptions, undo } from './library/undo.ts';
export type { Question } from './plan/ask/question.ts';
export type { Request } from './plan/ask/request.ts';
export type { Flag } from './plan/ask/suggest.ts';
export type { Reason, Rule, Verdict } from './plan/ask/verdict.ts';
export type { Deny } from './plan/deny.ts';
export type { Grant } from './plan/grant.ts';
export type { Guarantee } from './plan/guarantee.ts';
