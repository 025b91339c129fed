// What Windows is told. npm makes the command `nono` there from the first line of bin/nono, and sh is not to be found: before
// it does, bin/nono is made a script of Node, which says where nono runs. npm runs this before it installs.
import { realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const onWindows =
  'nono does not run on Windows itself; in WSL2 it does.\n  Try: wsl --install, then nono inside it';

const notStarted = 125;

const script = `#!/usr/bin/env node
process.stderr.write(${JSON.stringify(`${onWindows}\n`)});
process.exitCode = ${notStarted};
`;

const self = fileURLToPath(import.meta.url);
if (process.platform === 'win32' && realpathSync(process.argv[1] ?? '.') === realpathSync(self)) {
  const bin = join(dirname(self), '../bin');
  writeFileSync(join(bin, 'nono'), script);
  writeFileSync(join(bin, 'package.json'), '{ "type": "commonjs" }\n');
}
