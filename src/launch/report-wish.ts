// How the end of a run is to be reported: a text that goes by way of nono's own process to the reporter.

export type ReportWish = {
  /** `none`: nothing is said; a file is written all the same. */
  readonly form: 'none' | 'text' | 'json';
  /** Where the report is written as JSON, besides; null: nowhere. */
  readonly file: string | null;
};

export function encodeReportWish({ form, file }: ReportWish): string {
  return file === null ? form : `${form}:${file}`;
}

export function decodeReportWish(text: string): ReportWish {
  const colon = text.indexOf(':');
  const form = (colon < 0 ? text : text.slice(0, colon)) as ReportWish['form'];
  return { form, file: colon < 0 ? null : text.slice(colon + 1) };
}
