// The machines that a filter can be assembled for: include/uapi/linux/audit.h.
import type { Architecture } from '../../../plan/machine.ts';

export const auditArchitecture: Record<Architecture, number> = { x64: 0xc000003e, arm64: 0xc00000b7 };
