// Ends a run with one plain line: N passed, N failed. A skipped test counts as failed where enforcement must work.
import type { Reporter, TestModule } from 'vitest/node';

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const broken = modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    );
    const count = (state: string) => states.filter((each) => each === state).length;
    const skips = process.env.NONO_MUST_ENFORCE ? count('skipped') : 0;
    const failed = count('failed') + broken.length + unhandled.length + skips;
    process.on('exit', () => process.stdout.write(`${count('passed')} passed, ${failed} failed\n`));
    if (failed > 0) process.exitCode = 1;
  }
}
