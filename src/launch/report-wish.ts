// How the end of a run is to be reported: a text that goes by way of nono's own process to the reporter.
import type { AbsolutePath } from '../plan/host.ts';

/** What is to become of a profile that the run's denials propose. */
export type LearnWish = {
  /** Where it lies, or will. */
  readonly file: AbsolutePath;
  /** Names of the profiles that a new one adds to. */
  readonly bases: readonly string[];
  /** What `$WORKDIR` stands for. */
  readonly workdir: AbsolutePath | null;
  /** The name of what was run: its arguments may hold what is secret. */
  readonly command: string;
  /** Nobody is asked. */
  readonly isAccepted: boolean;
};

export type ReportWish = {
  /** `none`: nothing is said; a file is written all the same. */
  readonly form: 'none' | 'text' | 'json';
  /** Where the report is written as JSON, besides; null: nowhere. */
  readonly file: string | null;
  /** The run was to learn a profile. */
  readonly learn?: LearnWish;
};

const learning = 'learn:';

export function encodeReportWish(wish: ReportWish): string {
  if (wish.learn !== undefined) return `${learning}${JSON.stringify(wish)}`;
  const { form, file } = wish;
  return file === null ? form : `${form}:${file}`;
}

export function decodeReportWish(text: string): ReportWish {
  if (text.startsWith(learning)) return JSON.parse(text.slice(learning.length)) as ReportWish;
  const colon = text.indexOf(':');
  const form = (colon < 0 ? text : text.slice(0, colon)) as ReportWish['form'];
  return { form, file: colon < 0 ? null : text.slice(colon + 1) };
}
