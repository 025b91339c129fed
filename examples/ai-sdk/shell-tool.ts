// A shell tool for the Vercel AI SDK: every command of the model runs confined, in a session of its own.
import { tool } from 'ai';
import { buildPlan, type Denial, NonoError, type PolicyOptions } from 'nono';
import { z } from 'zod';

const timeoutMs = 120_000;
const maxBuffer = 1 << 20;

/** What the model is told of a refusal: it can go on another way, or ask the user for the flag. */
function explain({ request, verdict }: Denial): string {
  const what = 'path' in request ? request.path : 'host' in request ? request.host : request.name;
  const flags = (verdict.suggestion ?? []).map(({ name, value }) => `${name} ${value}`);
  const change = flags.length === 0 ? '' : `; the user could allow it: ${flags.join(' ')}`;
  return `${what}: ${verdict.details}${change}`;
}

/**
 * A tool that runs shell commands within a policy.
 *
 * ```ts
 * const result = await generateText({
 *   model,
 *   tools: { shell: shellTool({ allow: ['.'], netBlock: true }) },
 *   stopWhen: stepCountIs(20),
 *   prompt: 'Make the tests pass.',
 * });
 * ```
 */
export function shellTool(policy: PolicyOptions, cwd = process.cwd()) {
  const sandbox = buildPlan(policy, { cwd }).compile();
  return tool({
    description:
      'Run a command with /bin/sh in the project. Only the project can be written, and nothing that existed before can be lost. ' +
      'What was refused is listed in `denied`.',
    inputSchema: z.object({ command: z.string().describe('one line for /bin/sh') }),
    execute: async ({ command }, { abortSignal }) => {
      try {
        const { stdout, stderr, code, signal, report } = await sandbox.exec(command, {
          cwd,
          timeout: timeoutMs,
          maxBuffer,
          ...(abortSignal && { signal: abortSignal }),
        });
        return { stdout, stderr, code, signal, denied: report.denied.map(explain) };
      } catch (error) {
        if (error instanceof NonoError) return { error: error.message };
        throw error;
      }
    },
  });
}
