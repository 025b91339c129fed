// An example with its packages in one file, so that every user can run it; nono itself stays what is installed.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import type { Sandbox } from '../enforcement/sandbox.ts';

export const examples = join(dirname(fileURLToPath(import.meta.url)), '../../examples');

// Packages in CommonJS ask for Node's modules by `require`.
const requirable = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

function bundle(options: Parameters<typeof buildSync>[0]): string {
  const { outputFiles } = buildSync({
    ...options,
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['nono'],
    nodePaths: [join(examples, '../node_modules')],
    banner: { js: requirable },
    logLevel: 'warning',
  });
  return outputFiles?.[0]?.text ?? '';
}

/** Bundles a file of the examples into the sandbox; its path there. */
export function bundleExample(box: Sandbox, file: string, to: string): string {
  return box.file(to, bundle({ entryPoints: [join(examples, file)] }));
}

/** Bundles a program that imports examples by their path, such as `example/mcp/client.mjs`. */
export function bundleProgram(code: string): string {
  const contents = code.replaceAll(/from 'example\//g, `from '${examples}/`);
  return bundle({ stdin: { contents, resolveDir: examples, loader: 'ts' } });
}
