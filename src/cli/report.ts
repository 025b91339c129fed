// Started by nono's own process at the end of a run, where there is something to say: what failed after planning, what was
// refused, what was kept.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machine } from '#machine';
import { exitCodes, NonoError } from '../errors.ts';
import { type Denials, explainDenials } from '../launch/denials.ts';
import { failureIssue } from '../launch/failure.ts';
import { decodeFrames, type Frame } from '../launch/frames.ts';
import { readOwnPlanFile } from '../launch/own-plan.ts';
import { reachedLimits } from '../launch/reached-limits.ts';
import { decodeReportWish, type LearnWish, type ReportWish } from '../launch/report-wish.ts';
import { profileGranting } from '../plan/development.ts';
import type { Host } from '../plan/host.ts';
import type { ReachedLimit } from '../plan/limits.ts';
import { type Aftermath, aftermathOf } from '../store/aftermath.ts';
import { pruneSessions, readSession, type Session, stateAround } from '../store/sessions.ts';
import { renderDenials } from '../term/denials.ts';
import { escapeText } from '../term/escape.ts';
import { renderReachedLimit } from '../term/limits.ts';
import { countOriginals, renderAftermath, renderOriginals } from '../term/originals.ts';
import { verdictToJson } from '../term/verdict.ts';
import { reportError, say, styleFor } from './output.ts';

const channel = 3;

/** What nono's own process passes on: texts, each with its NUL, and then frames. */
type Input = {
  /** Where originals were kept; empty: nowhere. */
  readonly store: string;
  readonly planFile: string;
  readonly wish: ReportWish;
  readonly frames: readonly Frame[];
};

function readInput(bytes: Buffer): Input {
  const texts: string[] = [];
  let at = 0;
  for (const _ of ['store', 'plan', 'wish']) {
    const end = bytes.indexOf(0, at);
    texts.push(bytes.toString('utf8', at, end));
    at = end + 1;
  }
  const [store = '', planFile = '', wish = ''] = texts;
  return { store, planFile, wish: decodeReportWish(wish), frames: decodeFrames(bytes.subarray(at)) };
}

type Kept = { readonly session: Session; readonly aftermath: Aftermath };

function readKept(store: string): Kept | null {
  if (store === '' || !existsSync(join(store, 'journal'))) return null;
  const session = readSession(store);
  return { session, aftermath: aftermathOf(session) };
}

/** What happened in a run, beside what failed. */
type Findings = Denials & {
  readonly limits: readonly ReachedLimit[];
  readonly kept: Kept | null;
  readonly explained: boolean;
};

function sayReport({ denied, unlisted, limits, kept, explained }: Findings, host: Host): void {
  const style = styleFor(2);
  for (const limit of limits) say(style('warning', `nono: ${renderReachedLimit(limit)}`));
  const rows = denied.map((each) => ({
    ...each,
    profile: profileGranting(each.request, each.verdict, host),
  }));
  for (const line of renderDenials(rows, unlisted, host.home, style)) say(line);
  if (denied.length > 0 && !explained) say(style('faint', `nono: ${machine.unseen}`));
  const line = kept === null ? null : renderOriginals(kept.session.journal);
  if (line !== null) say(style('faint', `nono: ${line}`));
  for (const warning of kept === null ? [] : renderAftermath(kept.aftermath, host.home))
    say(style('warning', `nono: ${warning}`));
}

function reportToJson({ denied, unlisted, limits, kept, explained }: Findings, { home }: Host): object {
  return {
    version: 1,
    denied: denied.map(({ request, count, verdict }) => ({
      count,
      ...verdictToJson(request, verdict, home),
    })),
    unlisted,
    limits,
    unseen: explained ? [] : [machine.unseen],
    originals:
      kept === null ? null : { ...kept.session.journal.about, ...countOriginals(kept.session.journal) },
    warnings: kept === null ? [] : renderAftermath(kept.aftermath),
  };
}

function isNews({ denied, unlisted, limits, kept }: Findings): boolean {
  if (denied.length > 0 || unlisted > 0 || limits.length > 0) return true;
  if (kept === null) return false;
  return renderOriginals(kept.session.journal) !== null || renderAftermath(kept.aftermath).length > 0;
}

function writeReport(file: string, report: object): void {
  try {
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  } catch (error) {
    say(`nono: the report "${escapeText(file)}" was not written: ${(error as Error).message}`);
  }
}

/** What the end of `nono learn` takes, and no other run. */
export type Proposer = () => (
  denied: Denials['denied'],
  wish: LearnWish,
  host: Host,
  isText: boolean,
) => object;

function reportRun({ store, planFile, wish, frames }: Input, proposer: Proposer): void {
  const kept = readKept(store);
  const host = machine.host();
  const plan = readOwnPlanFile(planFile);
  const denials = explainDenials(
    frames.filter((frame) => frame.kind === 'denied'),
    plan,
    host,
  );
  const limits = reachedLimits(frames, plan);
  const findings: Findings = { ...denials, limits, kept, explained: plan.explained };
  const proposal = wish.learn && proposer()(denials.denied, wish.learn, host, wish.form === 'text');
  const json = () => ({ ...reportToJson(findings, host), ...(proposal && { proposal }) });
  if (wish.file !== null) writeReport(wish.file, json());
  // What was denied was said with the proposal.
  const told = proposal === undefined ? findings : { ...findings, denied: [] };
  if (wish.form === 'text') sayReport(told, host);
  else if (wish.form === 'json' && (proposal || isNews(findings))) say(JSON.stringify(json()));
  if (kept !== null) pruneSessions(stateAround(store), Date.now());
}

/** Prints the failures, what was refused and what became of originals; returns the exit code that the failures mean. */
export function report(words: readonly string[], proposer: Proposer): number {
  const input = readInput(readFileSync(channel));
  const json = words.includes('--json');
  try {
    reportRun(input, proposer);
  } catch (error) {
    reportError(error, json); // what failed below is said all the same
  }
  const failures = input.frames.filter((frame) => frame.kind === 'failure');
  if (failures.length === 0) return exitCodes.notStarted;
  return reportError(new NonoError(failures.map(failureIssue)), json);
}
