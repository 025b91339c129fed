// Starts the server confined: it may read its own directory and what the flags say, and write nothing. The client is the
// official one.
// `nono run` stands before the command, as it would in the configuration of any program that starts MCP servers:
//
//   { "mcpServers": { "files": { "command": "nono",
//       "args": ["run", "--silent", "--no-diagnostics", "--net-block", "--read", "/data",
//                "--read", "/servers/files", "--", "node", "/servers/files/server.mjs"] } } }
import { dirname } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** Connects to a confined server; `close()` ends it, and everything that it started. */
export async function connectConfined({ nono = 'nono', flags, server, env }) {
  const client = new Client({ name: 'example', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: nono,
      args: [
        'run',
        '--silent',
        '--no-diagnostics',
        '--read',
        dirname(server),
        ...flags,
        '--',
        'node',
        server,
      ],
      ...(env && { env }),
    }),
  );
  return client;
}

/** What a tool answers, as text. */
export async function call(client, name, input) {
  const { content, isError } = await client.callTool({ name, arguments: input });
  return { text: content[0].text, isError: isError ?? false };
}
