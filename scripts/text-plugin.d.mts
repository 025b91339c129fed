import type { Plugin as EsbuildPlugin } from 'esbuild';
import type { Plugin as VitePlugin } from 'vitest/config';

export const textPlugin: { readonly vite: VitePlugin; readonly esbuild: EsbuildPlugin };
