import { defineConfig } from 'vitest/config';
import { jsoncPlugin } from './scripts/jsonc-plugin.mjs';
import { textPlugin } from './scripts/text-plugin.mjs';

export default defineConfig({
  plugins: [jsoncPlugin.vite, textPlugin.vite],
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/macos/**'], // vitest.macos.config.ts has them
    globalSetup: ['test/enforcement/install.ts'],
    maxWorkers: 2, // most tests wait for processes; vitest would leave one of two cores idle
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
