import type { Plugin } from 'esbuild';

export const filterPlugin: Plugin;
export function assembleFilters(architecture: string): Promise<Record<string, string>>;
