// The machines that a filter can be assembled for: include/uapi/linux/audit.h.

export type Architecture = 'x64' | 'arm64';

export const auditArchitecture: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
