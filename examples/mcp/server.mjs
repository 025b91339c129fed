// An MCP server like many: it reads files for a model, and would read any that it is asked for.
import { readFile, writeFile } from 'node:fs/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'files', version: '1.0.0' });

const answer = async (act) => {
  try {
    return { content: [{ type: 'text', text: await act() }] };
  } catch (error) {
    return {
      content: [{ type: 'text', text: String(error.cause?.code ?? error.code ?? error) }],
      isError: true,
    };
  }
};

server.registerTool('read', { description: 'Read a file', inputSchema: { path: z.string() } }, ({ path }) =>
  answer(() => readFile(path, 'utf8')),
);
server.registerTool(
  'write',
  { description: 'Write a file', inputSchema: { path: z.string(), text: z.string() } },
  ({ path, text }) => answer(() => writeFile(path, text).then(() => 'written')),
);
server.registerTool('fetch', { description: 'Fetch a page', inputSchema: { url: z.string() } }, ({ url }) =>
  answer(() => fetch(url).then((response) => response.text())),
);

await server.connect(new StdioServerTransport());
