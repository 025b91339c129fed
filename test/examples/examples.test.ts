// The examples as they would be used: the real SDKs, a scripted model, a runner's way of running a composite action.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { asEveryone, type Sandbox } from '../enforcement/sandbox.ts';
import { answerOf } from '../library/script.ts';
import { bundleExample, bundleProgram, examples } from './bundle.ts';

asEveryone('examples', (open) => {
  it("shellTool(): the AI SDK's loop runs the model's commands confined, and tells it what was refused", () => {
    const box = open();
    box.file(join(box.home, '.ssh/id_ed25519'), 'PRIVATE');
    box.file(join(box.project, 'notes'), 'before\n');
    const program = bundleProgram(
      `import { generateText, stepCountIs } from 'ai';
       import { MockLanguageModelV3 } from 'ai/test';
       import { shellTool } from 'example/ai-sdk/shell-tool.ts';
       const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } };
       const call = (command, at) => ({
         content: [{ type: 'tool-call', toolCallId: String(at), toolName: 'shell', input: JSON.stringify({ command }) }],
         finishReason: { unified: 'tool-calls' }, usage, warnings: [] });
       const commands = ['echo made > made; cat made', 'cat ~/.ssh/id_ed25519', 'rm notes', 'exit 3'];
       const end = { content: [{ type: 'text', text: 'done' }], finishReason: { unified: 'stop' }, usage, warnings: [] };
       const model = new MockLanguageModelV3({ doGenerate: [...commands.map(call), end] });
       const { text, steps } = await generateText({
         model, prompt: 'work', stopWhen: stepCountIs(9),
         tools: { shell: shellTool({ allow: ['.'], explain: true, netBlock: true }) } });
       const outputs = steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => output));
       console.log(JSON.stringify({ text, outputs, prompt: JSON.stringify(model.doGenerateCalls.at(-1).prompt) }));`,
    );
    const { text, outputs, prompt } = answerOf(box, program) as {
      text: string;
      outputs: Record<string, unknown>[];
      prompt: string;
    };
    expect(text).toBe('done');
    expect(outputs.map(({ code }) => code)).toEqual([0, 1, 126, 3]);
    expect(outputs[0]).toMatchObject({ stdout: 'made\n', denied: [] });
    expect(outputs[1]?.denied).toEqual([expect.stringContaining('id_ed25519')]);
    expect(outputs[2]?.denied).toEqual([expect.stringContaining('--allow-command rm')]);
    expect(prompt).not.toContain('PRIVATE');
    expect(readFileSync(join(box.project, 'notes'), 'utf8')).toBe('before\n');
  });

  it('an MCP server that is started confined serves what it was granted, and ends with its client', () => {
    const box = open();
    box.file(join(box.base, 'data/table'), 'rows');
    box.file(join(box.home, 'secret'), 'kept');
    const server = bundleExample(box, 'mcp/server.mjs', join(box.base, 'server/server.mjs'));
    const program = bundleProgram(
      `import { readdirSync, readFileSync } from 'node:fs';
       import { createServer } from 'node:http';
       import { call, connectConfined } from 'example/mcp/client.mjs';
       const page = createServer((_, response) => response.end('page')).listen(0, '127.0.0.1');
       await new Promise((listening) => page.on('listening', listening));
       const client = await connectConfined({
         nono: ${JSON.stringify(box.nono)}, server: ${JSON.stringify(server)}, env: process.env,
         flags: ['--net-block', '--read', ${JSON.stringify(join(box.base, 'data'))}] });
       const { tools } = await client.listTools();
       const answers = [
         await call(client, 'read', { path: ${JSON.stringify(join(box.base, 'data/table'))} }),
         await call(client, 'read', { path: ${JSON.stringify(join(box.home, 'secret'))} }),
         await call(client, 'write', { path: ${JSON.stringify(join(box.base, 'data/table'))}, text: 'x' }),
         await call(client, 'fetch', { url: 'http://127.0.0.1:' + page.address().port }),
       ];
       await client.close();
       page.close();
       const left = () => readdirSync('/proc').filter((pid) => {
         try { return /^\\d+$/.test(pid) && readFileSync('/proc/' + pid + '/cmdline', 'utf8').includes(${JSON.stringify(server)}); }
         catch { return false; } // it ended meanwhile
       });
       for (let tries = 0; left().length > 0 && tries < 200; tries++) await new Promise((next) => setTimeout(next, 50));
       console.log(JSON.stringify({ tools: tools.map(({ name }) => name), answers, left: left().length }));`,
    );
    expect(answerOf(box, program)).toEqual({
      tools: ['read', 'write', 'fetch'],
      answers: [
        { text: 'rows', isError: false },
        { text: 'EACCES', isError: true },
        { text: 'EACCES', isError: true },
        { text: expect.stringMatching(/EACCES|EPERM/), isError: true },
      ],
      left: 0,
    });
  });

  /** Runs the second step of the composite action as the runner does, with the inputs in its environment. */
  function runStep(box: Sandbox, inputs: Record<string, string>, env: Record<string, string> = {}) {
    const action = parse(readFileSync(join(examples, 'github-action/action.yml'), 'utf8'));
    const step = action.runs.steps[1];
    const filled = (text: string) =>
      text
        .replaceAll(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name) => inputs[name] ?? action.inputs[name].default)
        .replaceAll('${{ github.action_path }}', join(box.base, 'action'));
    const script = readFileSync(join(examples, 'github-action/run-confined.sh'), 'utf8');
    box.file(join(box.base, 'action/run-confined.sh'), script, 0o755);
    const files = ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_ENV', 'GITHUB_PATH'];
    const runner = Object.fromEntries(files.map((name) => [name, box.file(join(box.base, 'runner', name))]));
    return box.outside(['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', filled(step.run)], {
      env: {
        PATH: `${join(box.nono, '..')}:${box.env.PATH}`,
        ...runner,
        GITHUB_WORKSPACE: box.project,
        ...Object.fromEntries(
          Object.entries(step.env as Record<string, string>).map(([name, value]) => [name, filled(value)]),
        ),
        ...env,
      },
    });
  }

  it('the GitHub Action runs a step confined: its workspace and outputs, and no way into other steps', () => {
    const box = open();
    box.file(join(box.home, '.ssh/id_ed25519'), 'PRIVATE');
    const script = `
      echo built > artifact
      echo "result=ok" >> "$GITHUB_OUTPUT"
      echo "token: \${GITHUB_TOKEN:-none} \${ACTIONS_RUNTIME_TOKEN:-none}"
      cat ~/.ssh/id_ed25519 || echo "no key"
      for file in ENV PATH; do echo x >> ${join(box.base, 'runner')}/GITHUB_$file || echo "no $file"; done
      exec 3<>/dev/tcp/127.0.0.1/9 || echo "no network"`;
    const { stdout, code } = runStep(
      box,
      { run: script, flags: '--net-block' },
      { GITHUB_TOKEN: 'secret', ACTIONS_RUNTIME_TOKEN: 'secret' },
    );
    const lines = stdout.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining(['token: none none', 'no key', 'no ENV', 'no PATH', 'no network']),
    );
    expect(code).toBe(0);
    expect(readFileSync(join(box.project, 'artifact'), 'utf8')).toBe('built\n');
    expect(readFileSync(join(box.base, 'runner/GITHUB_OUTPUT'), 'utf8')).toBe('result=ok\n');
    expect(readFileSync(join(box.base, 'runner/GITHUB_ENV'), 'utf8')).toBe('');
    expect(runStep(box, { run: 'exit 4' }).code).toBe(4);
    expect(runStep(box, { run: 'false; echo went on' })).toMatchObject({ code: 1, stdout: '' });
  });
});

it('the workflow uses the action by its path, with inputs that it has', () => {
  const { jobs } = parse(readFileSync(join(examples, 'github-action/workflow.yml'), 'utf8'));
  const step = jobs.test.steps.find(({ uses = '' }) => uses.startsWith('./'));
  const { inputs } = parse(readFileSync(join(examples, '..', step.uses, 'action.yml'), 'utf8'));
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with)));
  expect(existsSync(join(examples, '..', step.uses, 'run-confined.sh'))).toBe(true);
});
