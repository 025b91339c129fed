import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vitest/config';

export const jsoncPlugin: {
  readonly vite: VitePlugin;
  readonly esbuild: (spell?: (text: string) => string) => EsbuildPlugin;
};
