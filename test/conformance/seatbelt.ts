// What a profile says to a request: the operations that macOS asks Seatbelt about, by the paths that the kernel sees.
import type { SeatbeltProfile } from '../../src/backend/macos/sbpl.ts';
import type { Request } from '../../src/plan/ask/request.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { evaluator, type Subject } from '../backend/macos/sbpl.ts';

function parentOf(path: AbsolutePath): AbsolutePath {
  return (path.slice(0, path.lastIndexOf('/')) || '/') as AbsolutePath;
}

const vnodes = {
  directory: 'DIRECTORY',
  file: 'REGULAR-FILE',
  device: 'CHARACTER-DEVICE',
  other: 'SOCKET',
} as const;

export function seatbeltProfile(
  { text, parameters }: SeatbeltProfile,
  host: Host,
): (request: Request) => boolean {
  const { allows } = evaluator(text, parameters);
  const objectOf = (path: AbsolutePath) => {
    const fact = host.inspect(path);
    return 'canonical' in fact ? fact.canonical : path;
  };
  const entryOf = (path: AbsolutePath) => {
    const directory = objectOf(parentOf(path));
    return `${directory === '/' ? '' : directory}/${path.slice(path.lastIndexOf('/') + 1)}` as AbsolutePath;
  };
  const subject = (operation: string, path: AbsolutePath): Subject => {
    const fact = host.inspect(path);
    const vnode = 'mode' in fact ? vnodes[fact.kind] : 'REGULAR-FILE';
    return { operation, path, vnode };
  };
  const may = (operation: string, path: AbsolutePath) => allows(subject(operation, path));
  const isThere = (path: AbsolutePath) => host.status(path) !== null;
  const opens = (path: AbsolutePath, operations: readonly string[]) => {
    const object = objectOf(path);
    if (!isThere(object) && !may('file-write-create', object)) return false;
    return operations.every((operation) => may(operation, object));
  };
  const file: Record<string, (path: AbsolutePath) => boolean> = {
    read: (path) => may('file-read-data', objectOf(path)),
    list: (path) => may('file-read-data', objectOf(path)),
    execute: (path) => may('process-exec', objectOf(path)),
    write: (path) => opens(path, ['file-write-data']),
    readwrite: (path) => opens(path, ['file-write-data', 'file-read-data']),
    create: (path) => opens(path, ['file-write-data']),
    truncate: (path) => may('file-write-data', objectOf(path)),
    delete: (path) => may('file-write-unlink', entryOf(path)),
    chmod: (path) => may('file-write-mode', objectOf(path)),
    mkdir: (path) => may('file-write-create', entryOf(path)),
    symlink: (path) => may('file-write-create', entryOf(path)),
  };
  const rename = (from: AbsolutePath, to: AbsolutePath) =>
    may('file-write-unlink', from) &&
    (!isThere(to) || may('file-write-unlink', to)) &&
    may('file-write-create', to);
  const socket = (op: 'connect' | 'bind', path: AbsolutePath) => {
    if (op === 'connect') return may('network-outbound', objectOf(path));
    const made: Subject = { operation: 'file-write-create', path: entryOf(path), vnode: 'SOCKET' };
    return may('network-bind', entryOf(path)) && allows(made);
  };
  const command = (name: string) => {
    const found = (host.environment.PATH ?? '')
      .split(':')
      .map((directory) => `${directory}/${name}` as AbsolutePath)
      .find(isThere);
    return found !== undefined && may('process-exec', objectOf(found));
  };
  return (request) => {
    switch (request.kind) {
      case 'file':
        return file[request.op]?.(request.path) ?? false;
      case 'rename':
        return rename(entryOf(request.path), entryOf(request.to));
      case 'link':
        return may('file-link', entryOf(request.path)) && may('file-write-create', entryOf(request.to));
      case 'socket':
        return socket(request.op, request.path);
      case 'network':
        return allows({
          operation: request.op === 'connect' ? 'network-outbound' : 'network-bind',
          address: { protocol: 'tcp', host: request.host, port: request.port ?? 0 },
        });
      case 'command':
        return command(request.name);
    }
  };
}
