import { defineConfig } from 'vitest/config';
import { jsoncPlugin } from './scripts/jsonc-plugin.mjs';
import { textPlugin } from './scripts/text-plugin.mjs';

export default defineConfig({
  plugins: [jsoncPlugin.vite, textPlugin.vite],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/enforcement/install.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
