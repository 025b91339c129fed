// Lets the bundler and the tests import a .jsonc list as plain data; a syntax error fails the build.
//
//   list.jsonc        its value
//   list.jsonc?lazy   a function that gives its value: nothing is parsed before it is called
//   list.jsonc?paths  every `path` in it, by its first component: what follows that
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse, printParseErrorCode } from 'jsonc-parser';

function parseList(text, file) {
  const errors = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  if (errors.length === 0) return value;
  const [first] = errors;
  const line = text.slice(0, first.offset).split('\n').length;
  throw new Error(`${file}:${line}: ${printParseErrorCode(first.error)}`);
}

function pathsIn(value) {
  if (typeof value !== 'object' || value === null) return [];
  const own = typeof value.path === 'string' ? [value.path] : [];
  return [...own, ...Object.values(value).flatMap(pathsIn)];
}

function pathsByBase(value) {
  const rests = {};
  for (const path of pathsIn(value)) {
    const slash = path.indexOf('/');
    const base = slash === 0 ? '/' : slash < 0 ? path : path.slice(0, slash);
    rests[base] = [...(rests[base] ?? []), slash < 0 ? '' : path.slice(slash + 1)];
  }
  return rests;
}

// Parsing a string is faster than evaluating a literal of this size. `spell` gives an expression for a text.
function forms(spell) {
  const text = (value) => spell(JSON.stringify(value));
  return {
    '': (value) => `export default JSON.parse(${text(value)});`,
    '?lazy': (value) =>
      `let value; const text = ${text(value)}; export default () => (value ??= JSON.parse(text));`,
    '?paths': (value) => `export default JSON.parse(${text(pathsByBase(value))});`,
  };
}

export const jsoncPlugin = {
  vite: {
    name: 'jsonc',
    enforce: 'pre',
    async load(id) {
      const [file, query] = id.split('?');
      if (!file.endsWith('.jsonc')) return undefined;
      const form = forms(JSON.stringify)[query === undefined ? '' : `?${query}`];
      return form && { code: form(parseList(await readFile(file, 'utf8'), file)), map: null };
    },
  },
  esbuild: (spell = JSON.stringify) => ({
    name: 'jsonc',
    setup(build) {
      build.onResolve({ filter: /\.jsonc(\?\w+)?$/ }, ({ path, resolveDir }) => {
        const [file, query] = path.split('?');
        return { path: resolve(resolveDir, file), suffix: query === undefined ? '' : `?${query}` };
      });
      build.onLoad({ filter: /\.jsonc$/ }, async ({ path, suffix }) => ({
        contents: forms(spell)[suffix](parseList(await readFile(path, 'utf8'), path)),
        loader: 'js',
      }));
    },
  }),
};
