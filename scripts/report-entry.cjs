// Node's entry for nono's own process: the reporter. What only learning takes is loaded for it alone.
const { report } = require('../src/cli/report.ts');

process.exitCode = report(process.argv.slice(2), () => require('./tools.cjs').proposeProfile);
