// What a Linux program says to a request, read from its bytes: Landlock's rules, the judge's records, the ports. Written
// from docs/program-format.md and docs/architecture.md, and not from the plan that it was made of.
import { auditArchitecture } from '../../src/backend/linux/seccomp/architecture.ts';
import { syscallNumbers } from '../../src/backend/linux/seccomp/syscalls.ts';
import type { Request } from '../../src/plan/ask/request.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { decodeRecords } from '../backend/linux/decode.ts';
import { simulate } from '../backend/linux/seccomp/simulate.ts';

const right = {
  execute: 1n << 0n,
  writeFile: 1n << 1n,
  readFile: 1n << 2n,
  readDirectory: 1n << 3n,
  removeDirectory: 1n << 4n,
  removeFile: 1n << 5n,
  makeDirectory: 1n << 7n,
  makeFile: 1n << 8n,
  makeSymlink: 1n << 12n,
  makeSocket: 1n << 9n,
} as const;

const wall = 0b010;
const flag = { directory: 1, state: 4, read: 1, write: 2, exception: 4, builtIn: 8, glob: 16 } as const;
const socketFlag = { connect: 1, bind: 2, entries: 4, subtree: 8 } as const;

type Rule = {
  readonly path: string;
  readonly rights: bigint;
  readonly isDirectory: boolean;
  readonly isState: boolean;
};
type Judged = { readonly text: string; readonly flags: number };
type Socket = { readonly path: string; readonly flags: number };

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function isInside(directory: string, path: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

function fold(text: string): string[] {
  return text
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .split('/')
    .filter((name) => name !== '');
}

/** `*`, `?` and sets, as fnmatch(3) has them. */
function nameTest(glob: string): RegExp {
  const source = glob.replace(/\\(.)|\[!?[^\]]+\]|[*?]|[.+^${}()|]/g, (token, quoted) => {
    if (quoted !== undefined) return `\\${quoted}`;
    if (token === '*') return '.*';
    if (token === '?') return '.';
    return token.startsWith('[') ? token.replace('[!', '[^') : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

/** The places in a glob where a path may be when it has been read; the whole length means that it matched. */
function statesAfter(
  glob: readonly string[],
  path: readonly string[],
): { set: Set<number>; matched: boolean } {
  const widen = (set: Set<number>) => {
    for (const at of set) if (glob[at] === '**') set.add(at + 1);
    return set;
  };
  let set = widen(new Set([0]));
  let matched = set.has(glob.length);
  for (const name of path) {
    const next = [...set].flatMap((at) => {
      const part = glob[at];
      if (part === undefined) return [];
      if (part === '**') return [at];
      return nameTest(part).test(name) ? [at + 1] : [];
    });
    set = widen(new Set(next));
    matched ||= set.has(glob.length);
  }
  return { set, matched };
}

function matches({ text, flags }: Judged, path: string): boolean {
  const [pattern, names] = [fold(text), fold(path)];
  if (flags & flag.glob) return statesAfter(pattern, names).matched;
  return pattern.every((name, at) => names[at] === name);
}

function instructionsOf(payload: Buffer) {
  return Array.from({ length: payload.length / 8 }, (_, index) => ({
    code: payload.readUInt16LE(8 * index),
    jt: payload.readUInt8(8 * index + 2),
    jf: payload.readUInt8(8 * index + 3),
    k: payload.readUInt32LE(8 * index + 4),
  }));
}

export function linuxProgram(program: Uint8Array, host: Host): (request: Request) => boolean {
  const records = decodeRecords(program);
  const of = (tag: number) => records.filter((each) => each.tag === tag).map(({ payload }) => payload);
  const text = (payload: Buffer, at: number) => payload.toString('utf8', at, payload.length - 1);
  const rules = of(3)
    .filter((payload) => payload.readUInt32LE(8) & wall)
    .map((payload): Rule => {
      const flags = payload.readUInt32LE(12);
      return {
        path: text(payload, 16),
        rights: payload.readBigUInt64LE(0),
        isDirectory: (flags & flag.directory) !== 0,
        isState: (flags & flag.state) !== 0,
      };
    });
  const judged = of(12).map(
    (payload): Judged => ({ flags: payload.readUInt32LE(0), text: text(payload, 4) }),
  );
  const sockets = of(13).map(
    (payload): Socket => ({ flags: payload.readUInt32LE(0), path: text(payload, 4) }),
  );
  const ports = of(14).map((payload) => [payload.readUInt32LE(0), payload.readUInt32LE(4)] as const);
  const blocked = new Set(of(15).flatMap((payload) => payload.toString('utf8').split('\0').slice(1, -1)));
  const keepsDeletions = of(10).some((payload) => (payload.readUInt32LE(16) & 1) !== 0);
  const localOnly = of(1).some((payload) => (payload.readUInt32LE(8) & 2) !== 0);
  const temporary = text(of(9)[0] as Buffer, 0);

  const inodeOf = (path: string) => host.status(path as AbsolutePath)?.inode ?? null;
  const isSameInode = (one: string, other: string) =>
    inodeOf(one) !== null && inodeOf(one) === inodeOf(other);
  /** The union of the rules at every directory around, and at the inode itself. */
  const rightsAt = (path: string): bigint =>
    rules
      .filter((rule) => (rule.isDirectory ? isInside(rule.path, path) : isSameInode(rule.path, path)))
      .reduce((all, { rights }) => all | rights, 0n);
  const has = (path: string, wanted: bigint) => (rightsAt(path) & wanted) === wanted;

  /** Exceptions lift built-in records: an exact one those of the directories around it, any one the globs. */
  const isDenied = (path: string, access: number): boolean => {
    const meant = judged.filter((each) => matches(each, path));
    const exceptions = meant.filter(({ flags }) => flags & flag.exception);
    const depth = (each: Judged) => fold(each.text).length;
    const deepest = Math.max(
      -1,
      ...exceptions.filter(({ flags }) => !(flags & flag.glob)).map((each) => depth(each)),
    );
    return meant.some((each) => {
      if (each.flags & flag.exception || !(each.flags & access)) return false;
      if (!(each.flags & flag.builtIn)) return true;
      return each.flags & flag.glob ? exceptions.length === 0 : depth(each) > deepest;
    });
  };
  const isOnTheWay = (path: string) =>
    judged.some(
      (each) =>
        !(each.flags & flag.glob) &&
        fold(each.text).length > fold(path).length &&
        fold(path).every((name, at) => fold(each.text)[at] === name),
    );
  const changesDenies = (from: string, to: string) =>
    isOnTheWay(from) ||
    isOnTheWay(to) ||
    judged
      .filter(({ flags }) => flags & flag.glob)
      .some((each) => {
        const [before, after] = [from, to].map((path) => statesAfter(fold(each.text), fold(path)).set);
        return [...(before as Set<number>)].sort().join() !== [...(after as Set<number>)].sort().join();
      });

  const leadsOn = (path: string) => {
    const names = fold(path);
    const last = names.at(-1) ?? '';
    return (
      isOnTheWay(path) ||
      judged
        .filter(({ flags }) => flags & flag.glob)
        .some(({ text: glob }) => {
          const parts = fold(glob);
          const before = [...statesAfter(parts, names.slice(0, -1)).set];
          return before.some(
            (at) => at + 1 < parts.length && parts[at] !== '**' && nameTest(parts[at] as string).test(last),
          );
        })
    );
  };
  // The filter hands making a directory to the broker only where everything that is made is judged.
  const judgesCreations =
    simulate(instructionsOf(of(4)[0] as Buffer), {
      architecture: auditArchitecture.x64,
      number: syscallNumbers.mkdirat.x64 as number,
      arguments: [],
    }).kind === 'notify';
  const isAny = (path: string) => isDenied(path, flag.read) || isDenied(path, flag.write);
  const isOld = (path: string) => inodeOf(path) !== null && path !== temporary;
  const inState = (path: string) =>
    rules.some((rule) => rule.isState && rule.path !== path && isInside(rule.path, path));
  const isKept = (path: string) => !isOld(path) || keepsDeletions || inState(path);
  const writeRuleAround = (path: string) =>
    rules.find(
      (rule) =>
        (rule.rights & right.writeFile) !== 0n &&
        (rule.isDirectory ? isInside(rule.path, path) : rule.path === path),
    );

  const objectOf = (path: AbsolutePath) => {
    const fact = host.inspect(path);
    return 'canonical' in fact ? fact.canonical : path;
  };
  const entryOf = (path: AbsolutePath) => {
    const directory = objectOf(parentOf(path) as AbsolutePath);
    return `${directory === '/' ? '' : directory}/${nameOf(path)}`;
  };
  const kindOf = (path: string) => host.status(path as AbsolutePath)?.kind ?? null;

  const open = (path: AbsolutePath, rights: bigint, access: readonly number[]): boolean => {
    const object = objectOf(path);
    if (kindOf(object) === null) {
      const reads = rights & right.readFile ? right.readFile : 0n;
      return has(parentOf(object), right.makeFile | reads) && !isDenied(object, flag.write);
    }
    return has(object, rights) && access.every((each) => !isDenied(object, each));
  };

  const file: Record<string, (path: AbsolutePath) => boolean> = {
    read: (path) => open(path, right.readFile, [flag.read]),
    list: (path) => {
      const object = objectOf(path);
      return has(object, right.readDirectory) && !isDenied(object, flag.read);
    },
    execute: (path) => {
      const object = objectOf(path);
      if (blocked.has(nameOf(path)) || blocked.has(nameOf(object))) return false;
      return has(object, right.execute) && !isDenied(object, flag.read);
    },
    write: (path) => open(path, right.writeFile, [flag.write]),
    readwrite: (path) => open(path, right.writeFile | right.readFile, [flag.read, flag.write]),
    create: (path) => open(path, right.writeFile, [flag.write]),
    truncate: (path) => open(path, right.writeFile, [flag.write]) && isKept(objectOf(path)),
    delete: (path) => {
      const entry = entryOf(path);
      const wanted = kindOf(entry) === 'directory' ? right.removeDirectory : right.removeFile;
      return has(parentOf(entry), wanted) && !isAny(entry) && isKept(entry);
    },
    mkdir: (path) => {
      const entry = entryOf(path);
      return has(parentOf(entry), right.makeDirectory) && !(judgesCreations && isDenied(entry, flag.write));
    },
    symlink: (path) => {
      const entry = entryOf(path);
      return has(parentOf(entry), right.makeSymlink) && !isDenied(entry, flag.write) && !leadsOn(entry);
    },
    chmod: (path) => {
      const object = objectOf(path);
      const around = writeRuleAround(object);
      if (around === undefined || isDenied(object, flag.write)) return false;
      return around.path !== object || kindOf(object) !== 'device';
    },
  };

  const link = (from: AbsolutePath, to: AbsolutePath): boolean => {
    const [source, target] = [entryOf(from), entryOf(to)];
    if (isAny(source) || isDenied(target, flag.write) || !has(parentOf(target), right.makeFile)) return false;
    if (parentOf(source) === parentOf(target)) return true;
    return has(parentOf(source), right.makeFile) && (rightsAt(parentOf(target)) & ~rightsAt(source)) === 0n;
  };

  const rename = (from: AbsolutePath, to: AbsolutePath): boolean => {
    const [source, target] = [entryOf(from), entryOf(to)];
    const isDirectory = kindOf(source) === 'directory';
    const [remove, make] = isDirectory
      ? [right.removeDirectory, right.makeDirectory]
      : [right.removeFile, right.makeFile];
    if (!has(parentOf(source), remove) || !has(parentOf(target), make)) return false;
    if (isAny(source) || isAny(target)) return false;
    if (isDirectory && changesDenies(source, target)) return false;
    const isPrivate = isInside(temporary, parentOf(target)) && isOld(source);
    const gains =
      parentOf(source) !== parentOf(target) && (rightsAt(parentOf(target)) & ~rightsAt(source)) !== 0n;
    return !isPrivate && !gains;
  };

  const socket = (op: 'connect' | 'bind', asked: AbsolutePath): boolean => {
    const path = op === 'connect' ? objectOf(asked) : entryOf(asked);
    const named = sockets.some(({ flags, path: granted }) => {
      if (!(flags & socketFlag[op])) return false;
      if (flags & socketFlag.subtree) return isInside(granted, path);
      return flags & socketFlag.entries ? parentOf(path) === granted : path === granted;
    });
    const around = writeRuleAround(path) !== undefined && !(op === 'connect' && inState(path));
    if (isAny(path) || !(named || around)) return false;
    return op === 'connect' || has(parentOf(path), right.makeSocket);
  };

  const network = (op: 'connect' | 'bind', address: string, port: number | null): boolean => {
    if (!localOnly) return true;
    const mine = ['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::', '127.0.0.2'].includes(address);
    return mine && ports.some(([each, use]) => each === port && use & (op === 'connect' ? 1 : 2));
  };

  const command = (name: string): boolean => {
    const found = (host.environment.PATH ?? '')
      .split(':')
      .map((directory) => `${directory}/${name}` as AbsolutePath)
      .find((path) => kindOf(path) !== null);
    return !blocked.has(name) && found !== undefined && (file.execute?.(found) ?? false);
  };

  return (request) => {
    switch (request.kind) {
      case 'file':
        return file[request.op]?.(request.path) ?? false;
      case 'rename':
        return rename(request.path, request.to);
      case 'link':
        return link(request.path, request.to);
      case 'socket':
        return socket(request.op, request.path);
      case 'network':
        return network(request.op, request.host, request.port);
      case 'command':
        return command(request.name);
    }
  };
}
