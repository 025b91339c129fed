// Puts the assembled filters into the bundle in place of what assembles them: there are as many as network modes and
// brokers together, and assembling one takes cold JavaScript 3 ms of every start.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../src/backend/linux/seccomp/filter.ts', import.meta.url));

async function loadAssembler() {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Every filter that there is for an architecture, by its key, in Base64. */
export async function assembleFilters(architecture) {
  const { compileFilter, filterChoices, filterKey } = await loadAssembler();
  const choices = filterChoices.filter((choice) => choice.includes(architecture));
  return Object.fromEntries(
    choices.map((choice) => [filterKey(...choice), Buffer.from(compileFilter(...choice)).toString('base64')]),
  );
}

/** `spell` gives an expression for a text. */
export const filterPlugin = (spell = JSON.stringify) => ({
  name: 'filters',
  setup(build) {
    build.onLoad({ filter: /seccomp\/filter\.ts$/ }, async () => ({
      contents: `
        const filters = JSON.parse(${spell(JSON.stringify(await assembleFilters(process.arch)))});
        export const compileFilter = (...choice) => Buffer.from(filters[choice.join(' ')], 'base64');
      `,
      loader: 'js',
    }));
  },
});
