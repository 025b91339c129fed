// What names may look like: of variables and of commands, on command lines and in profiles alike.

export const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name of a command, without a path. */
export const commandName = /^[^/\0]+$/;
