export const tolerance: number;
export function table(columns: readonly string[], rows: readonly (readonly unknown[])[]): string;
export function ratio(value: number): string;
export function held(value: number): string;
export const heldFailure: string;
export function oneCell(text: string): string;
export function replaceSection(document: string, name: string, figures: string): string;
export function recordedSection(document: string, name: string): string;
export function heldRatios(figures: string): Map<string, number>;
export function regressions(
  recorded: ReadonlyMap<string, number>,
  measured: ReadonlyMap<string, number>,
): readonly { readonly what: string; readonly before: number; readonly now: number }[];
export function best(
  first: ReadonlyMap<string, number>,
  second: ReadonlyMap<string, number>,
): Map<string, number>;
export function checkSection(
  document: string,
  name: string,
  first: string,
  again: () => Promise<string>,
): Promise<{
  readonly compared: number;
  readonly regressed: readonly { readonly what: string; readonly before: number; readonly now: number }[];
}>;
export function passes(totals: { readonly compared: number; readonly regressed: number }): boolean;
