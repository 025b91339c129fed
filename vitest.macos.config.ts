// The tests that run on a Mac: what is pure, what the platforms share, and Seatbelt for real.
import { defineConfig } from 'vitest/config';
import { jsoncPlugin } from './scripts/jsonc-plugin.mjs';
import { textPlugin } from './scripts/text-plugin.mjs';

const folders = ['policy', 'plan', 'term', 'backend', 'conformance', 'launch', 'macos'];

export default defineConfig({
  plugins: [jsoncPlugin.vite, textPlugin.vite],
  test: {
    include: folders.map((folder) => `test/${folder}/**/*.test.ts`),
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
