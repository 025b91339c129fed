// Lets the bundler and the tests import a .jsonc list as plain data; a syntax error fails the build.
import { readFile } from 'node:fs/promises';
import { parse, printParseErrorCode } from 'jsonc-parser';

function toModule(text, file) {
  const errors = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) {
    const [first] = errors;
    const line = text.slice(0, first.offset).split('\n').length;
    throw new Error(`${file}:${line}: ${printParseErrorCode(first.error)}`);
  }
  // Parsing a string is faster than evaluating a literal of this size.
  return `export default JSON.parse(${JSON.stringify(JSON.stringify(value))});`;
}

export const jsoncPlugin = {
  vite: {
    name: 'jsonc',
    enforce: 'pre',
    transform(code, id) {
      return id.endsWith('.jsonc') ? { code: toModule(code, id), map: null } : undefined;
    },
  },
  esbuild: {
    name: 'jsonc',
    setup(build) {
      build.onLoad({ filter: /\.jsonc$/ }, async ({ path }) => ({
        contents: toModule(await readFile(path, 'utf8'), path),
        loader: 'js',
      }));
    },
  },
};
