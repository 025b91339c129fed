// Lets the bundler and the tests import Seatbelt rules as the text that they are.
import { readFile } from 'node:fs/promises';

export const textPlugin = {
  vite: {
    name: 'text',
    enforce: 'pre',
    async load(id) {
      if (!id.endsWith('.sb')) return undefined;
      return { code: `export default ${JSON.stringify(await readFile(id, 'utf8'))};`, map: null };
    },
  },
  esbuild: {
    name: 'text',
    setup(build) {
      build.onLoad({ filter: /\.sb$/ }, async ({ path }) => ({
        contents: await readFile(path, 'utf8'),
        loader: 'text',
      }));
    },
  },
};
