import type { Plugin } from 'esbuild';

export const filterPlugin: (spell?: (text: string) => string) => Plugin;
export function assembleFilters(architecture: string): Promise<Record<string, string>>;
