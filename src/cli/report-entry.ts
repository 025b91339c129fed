// Node's entry for nono's own process: the reporter.
import { report } from './report.ts';

process.exitCode = report(process.argv.slice(2));
